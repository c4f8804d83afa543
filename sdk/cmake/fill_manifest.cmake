# Writes OUTPUT = MANIFEST with the members that only the build knows: sdk.* and library.*.
file(READ "${MANIFEST}" text)
file(SHA256 "${LIBRARY}" hash)
get_filename_component(file_name "${LIBRARY}" NAME)
string(REGEX MATCH "^[0-9]+" generation "${SDK_VERSION}")
string(JSON text SET "${text}" sdk
  "{\"generation\": ${generation}, \"min_minor\": ${SDK_TARGET}, \"built_with\": \"${SDK_VERSION}\"}")
string(JSON text SET "${text}" library
  "{\"file\": \"${file_name}\", \"sha256\": \"${hash}\", \"platform\": \"linux-${PROCESSOR}-gnu\"}")
file(WRITE "${OUTPUT}" "${text}\n")
