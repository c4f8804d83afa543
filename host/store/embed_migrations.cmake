# Writes OUTPUT: a C++ table, FUNCTION(), of the migration files in FOLDER, in the order of their numbers.
file(GLOB files "${FOLDER}/*.sql")
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  string(REGEX MATCH "^[0-9]+" number "${name}")
  string(REGEX REPLACE "^0+" "" number "${number}")
  file(READ "${file}" text)
  string(APPEND rows "    {${number}, \"${name}\", R\"~sql~(${text})~sql~\"},\n")
endforeach()
file(WRITE "${OUTPUT}"
"#include \"store/connection.hpp\"
namespace platos::store {
const std::vector<Migration>& ${FUNCTION}();
const std::vector<Migration>& ${FUNCTION}() {
  static const std::vector<Migration> migrations = {
${rows}  };
  return migrations;
}
}  // namespace platos::store
")
