# The Debian package: `./dev package`, or `cpack -G DEB` in the build folder. What it installs is
# root's; the service's user may write /var/lib/tributary and nothing else.
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
set(examples share/doc/tributary/examples)

install(TARGETS tributary RUNTIME DESTINATION bin)
install(FILES systemd/tributary.service DESTINATION lib/systemd/system)
install(FILES systemd/tributary.sysusers DESTINATION lib/sysusers.d RENAME tributary.conf)

# The configuration that is installed is the example with every setting commented out.
set(defaults ${PROJECT_BINARY_DIR}/packaging/tributary.toml)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/packaging)
execute_process(COMMAND sed -E "/^\\[[a-z]+\\]$/!s/^([^#].*)$/# \\1/"
                        ${PROJECT_SOURCE_DIR}/config/tributary.toml
                OUTPUT_FILE ${defaults} COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS config/tributary.toml)
install(FILES ${defaults} DESTINATION /etc/tributary
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES config/tributary.toml DESTINATION ${examples})
install(DIRECTORY DESTINATION /etc/tributary/secrets
        DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)

install(FILES README.md ARCHITECTURE.md DESTINATION share/doc/tributary)
install(DIRECTORY docs/ DESTINATION share/doc/tributary/docs)
install(FILES ${packaging}/copyright DESTINATION share/doc/tributary)
foreach(channel email webform webhook chat)
    install(FILES connectors/${channel}/README.md DESTINATION share/doc/tributary/connectors/${channel})
endforeach()

find_program(GZIP gzip REQUIRED)
set(manual ${PROJECT_BINARY_DIR}/packaging/tributary.1.gz)
execute_process(COMMAND ${GZIP} -9nc ${packaging}/tributary.1
                OUTPUT_FILE ${manual} COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${packaging}/tributary.1)
install(FILES ${manual} DESTINATION share/man/man1)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tributary)
set(CPACK_PACKAGE_VENDOR Tributary)
set(CPACK_PACKAGE_CONTACT "Tributary <maintainers@tributary.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "omnichannel helpdesk gateway")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "One daemon that takes in what customers write - e-mail, web form, webhook, live chat -
puts it on one timeline per customer, raises tickets, and sends the agents' answers
back through the channel the customer used.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "ca-certificates, systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${packaging}/conffiles ${packaging}/postinst ${packaging}/prerm ${packaging}/postrm)
# Folders of ours must not be writable by a careless builder's umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
