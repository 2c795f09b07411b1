# tributary_room(NAME FOLDER path NEEDS rooms… LIBRARIES targets…)
# One room = one static library named tributary_NAME, made of every .cpp in its folder. NEEDS lists
# rooms below it only.
function(tributary_room name)
    cmake_parse_arguments(ROOM "" "FOLDER" "NEEDS;LIBRARIES" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${ROOM_FOLDER}/*.cpp)
    if(sources)
        add_library(tributary_${name} STATIC ${sources})
        set(scope PUBLIC)
    else()
        add_library(tributary_${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(tributary_${name} ${scope} ${PROJECT_SOURCE_DIR}/src
                                                          ${PROJECT_SOURCE_DIR})
    foreach(need ${ROOM_NEEDS})
        target_link_libraries(tributary_${name} ${scope} tributary_${need})
    endforeach()
    target_link_libraries(tributary_${name} ${scope} ${ROOM_LIBRARIES})
endfunction()

# tributary_connector(NAME LIBRARIES …): a room at level 3, one folder a channel.
function(tributary_connector name)
    cmake_parse_arguments(ROOM "" "" "LIBRARIES" ${ARGN})
    tributary_room(connector_${name} FOLDER connectors/${name} NEEDS connector net http html
                   LIBRARIES ${ROOM_LIBRARIES})
endfunction()

# tributary_test(NAME NEEDS rooms…): tests/unit/NAME/*_test.cpp become the program test_NAME.
function(tributary_test name)
    cmake_parse_arguments(TEST "" "" "NEEDS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/unit/${name}/*.cpp)
    if(NOT sources)
        return()
    endif()
    add_executable(test_${name} ${sources})
    foreach(need ${TEST_NEEDS})
        target_link_libraries(test_${name} PRIVATE tributary_${need})
    endforeach()
    target_link_libraries(test_${name} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
    target_compile_definitions(test_${name} PRIVATE TRIBUTARY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND test_${name})
endfunction()

# tributary_fuzz(NAME NEEDS rooms…): tests/fuzz/NAME.cpp becomes the libFuzzer program fuzz_NAME;
# its seeds stand in tests/data/fuzz/NAME.
function(tributary_fuzz name)
    cmake_parse_arguments(FUZZ "" "" "NEEDS" ${ARGN})
    if(NOT TRIBUTARY_FUZZ)
        return()
    endif()
    add_executable(fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${name}.cpp)
    foreach(need ${FUZZ_NEEDS})
        target_link_libraries(fuzz_${name} PRIVATE tributary_${need})
    endforeach()
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers fuzz_${name})
endfunction()
