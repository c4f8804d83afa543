# Writes OUTPUT: a C++ table of the migration files in FOLDER, in the order of their numbers.
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
"#include \"store/migrations.hpp\"
namespace platos::store {
const std::vector<Migration>& sqlite_migrations() {
  static const std::vector<Migration> migrations = {
${rows}  };
  return migrations;
}
}  // namespace platos::store
")
