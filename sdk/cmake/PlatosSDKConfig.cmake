# find_package(PlatosSDK 1.0 CONFIG REQUIRED) gives PlatosSDK::sdk (C headers), PlatosSDK::cpp (the C++ wrapper),
# PlatosSDK::testing (fake host, split feeder) and platos_add_plugin().
include("${CMAKE_CURRENT_LIST_DIR}/PlatosSDKTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/PlatosAddPlugin.cmake")
