# platos_add_plugin(NAME <name> SOURCES <file>... MANIFEST <plugin.platos.json> [SDK_TARGET <minor>] [LIBRARIES <lib>...])
#
# Builds lib<name>.so in <build>/lib/platos/plugins/<name>/ beside its manifest, with exactly one exported symbol, no
# unique symbols, never unmapped, all symbols resolved at load. After the link the manifest's "sdk" and "library" members
# are filled in. Installs both to lib/platos/plugins/<name>/. Optimised builds leave debug information in lib<name>.so.debug:
# the host reads the whole library to check its hash, and nobody may strip it afterwards.
include(GNUInstallDirs)

set_property(GLOBAL PROPERTY PLATOS_SDK_VERSION "${PlatosSDK_VERSION}")

function(platos_add_plugin)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;MANIFEST;SDK_TARGET" "SOURCES;LIBRARIES")
  if(NOT arg_NAME OR NOT arg_SOURCES OR NOT arg_MANIFEST)
    message(FATAL_ERROR "platos_add_plugin: NAME, SOURCES and MANIFEST are needed")
  endif()
  if(NOT DEFINED arg_SDK_TARGET)
    set(arg_SDK_TARGET 0)
  endif()
  set(sdk_cmake_dir "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
  get_property(sdk_version GLOBAL PROPERTY PLATOS_SDK_VERSION)
  get_filename_component(manifest "${arg_MANIFEST}" ABSOLUTE)
  set(folder "${CMAKE_BINARY_DIR}/lib/platos/plugins/${arg_NAME}")

  add_library(${arg_NAME} MODULE ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE PlatosSDK::cpp ${arg_LIBRARIES})
  target_compile_definitions(${arg_NAME} PRIVATE PLATOS_SDK_TARGET=${arg_SDK_TARGET})
  target_compile_options(${arg_NAME} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${arg_NAME} PRIVATE
    "LINKER:--version-script=${sdk_cmake_dir}/plugin.map" "LINKER:-z,nodelete" "LINKER:-z,relro" "LINKER:-z,now")
  # A sanitizer's run-time library is resolved by the host that loads the plugin.
  if(NOT PLATOS_SANITIZE)
    target_link_options(${arg_NAME} PRIVATE "LINKER:-z,defs")
  endif()
  set_property(TARGET ${arg_NAME} APPEND PROPERTY LINK_DEPENDS "${sdk_cmake_dir}/plugin.map")
  set_target_properties(${arg_NAME} PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON
    PREFIX lib LIBRARY_OUTPUT_DIRECTORY "${folder}")
  if(CMAKE_OBJCOPY AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
    set(library $<TARGET_FILE:${arg_NAME}>)
    add_custom_command(TARGET ${arg_NAME} POST_BUILD
      COMMAND "${CMAKE_OBJCOPY}" --only-keep-debug ${library} ${library}.debug
      COMMAND "${CMAKE_OBJCOPY}" --strip-unneeded --add-gnu-debuglink=${library}.debug ${library}
      VERBATIM)
  endif()
  add_custom_command(TARGET ${arg_NAME} POST_BUILD
    COMMAND "${CMAKE_COMMAND}" -DMANIFEST=${manifest} -DLIBRARY=$<TARGET_FILE:${arg_NAME}>
            -DOUTPUT=${folder}/plugin.platos.json -DSDK_TARGET=${arg_SDK_TARGET}
            -DSDK_VERSION=${sdk_version} -DPROCESSOR=${CMAKE_SYSTEM_PROCESSOR} -P "${sdk_cmake_dir}/fill_manifest.cmake"
    VERBATIM)
  set_property(TARGET ${arg_NAME} APPEND PROPERTY LINK_DEPENDS "${manifest}")

  install(TARGETS ${arg_NAME} LIBRARY DESTINATION lib/platos/plugins/${arg_NAME} COMPONENT plugins)
  install(FILES "${folder}/plugin.platos.json"
    DESTINATION lib/platos/plugins/${arg_NAME} COMPONENT plugins)
endfunction()
