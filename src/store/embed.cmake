# Turns migrations/*.sql into one generated .cpp of the store room.
file(GLOB migration_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/migrations/*.sql)
list(SORT migration_files)
set(TRIBUTARY_MIGRATIONS "")
foreach(migration_file IN LISTS migration_files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${migration_file})
    cmake_path(GET migration_file FILENAME migration_name)
    file(READ ${migration_file} migration_text)
    string(APPEND TRIBUTARY_MIGRATIONS
           "    {\"${migration_name}\", R\"sql(${migration_text})sql\"},\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/migrations.cpp.in
               ${CMAKE_CURRENT_BINARY_DIR}/store_migrations.cpp @ONLY)
target_sources(tributary_store PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/store_migrations.cpp)
