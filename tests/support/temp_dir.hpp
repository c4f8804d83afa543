// A folder that goes away with the object.
#pragma once

#include <string>

namespace platos::tests {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  /// Writes a file, making its folders.
  void write(const std::string& relative, const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace platos::tests
