// Reads the database past the daemon, whichever engine it is on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace platos::tests::chaos {

/// One moment of the database, though it is read table by table. Throws std::runtime_error.
class Reader {
 public:
  using Text = std::function<std::string(int)>;  ///< of a column, as bytes

  virtual ~Reader() = default;
  virtual void query(const std::string& sql, const std::function<void(const Text&)>& on_row) = 0;
  /// What the engine finds wrong with its own files.
  virtual std::vector<std::string> faults() = 0;

  /// `database_file` is SQLite's; where the tests run on PostgreSQL, it stands for the database of its folder.
  static std::unique_ptr<Reader> open(const std::string& database_file);
};

}  // namespace platos::tests::chaos
