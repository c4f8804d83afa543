// What a plugin says about itself, what an operator configures, and what an operator grants: three kinds of file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/json.hpp"

namespace platos::extension {

struct ManifestComponent {
  std::string id;
  std::string interface_id;
  std::string summary;
  std::string config_schema_file;  ///< beside the manifest; empty: none
};

/// plugin.platos.json beside the library. Read without loading code.
struct Manifest {
  std::string id;  ///< reverse DNS
  std::string name;
  std::string version;
  std::string license;
  std::string description;
  std::string status;
  std::int64_t generation = 0;
  std::int64_t min_minor = 0;
  std::string library_file;
  std::string library_sha256;
  std::vector<ManifestComponent> components;
  std::vector<std::string> http;     ///< URL patterns, with {{config.*}}
  std::vector<std::string> secrets;  ///< slots
  bool files = false;                ///< wants a private folder
  bool content = false;              ///< wants the texts of messages
  bool public_web = false;           ///< wants pages of the public web that nobody granted one by one
  bool mail = false;                 ///< wants to send mail
  bool sandbox = false;              ///< wants to run programs, and the folders of threads
  bool single_host = false;          ///< what it keeps is of no use to other hosts of the same store
  std::vector<std::string> unknown_keys;
};

/// InvalidArgument "manifest_invalid" names the member, what was expected, what was found.
Result<Manifest> parse_manifest(const std::string& text, const std::string& path);

/// instances/<name>.json
struct InstanceFile {
  std::string path;
  std::string name;
  std::string title;  ///< for people; may be empty
  std::string plugin;
  std::string component;
  bool enabled = true;
  std::string config_json = "{}";
  std::map<std::string, std::string> secrets;  ///< slot -> "env:NAME"
  std::map<std::string, std::string>
      variables;  ///< members of `config` that were "env:NAME" or "env:NAME|default" -> NAME
};

/// `allow_environment`: replace "env:NAME" and "env:NAME|default" inside config.
Result<InstanceFile> parse_instance(const std::string& text, const std::string& path, bool allow_environment);

/// grants/<instance>.json. Nothing is granted without one.
struct GrantFile {
  std::string instance;
  std::vector<std::string> http;
  std::vector<std::string> secrets;
  bool files = false;
  bool content = false;
  bool public_web = false;
  bool mail = false;
  bool sandbox = false;
};
Result<GrantFile> parse_grant(const std::string& text, const std::string& path);

/// The files of one kind ("instances", "grants") in all folders: a later file replaces the earlier one of its name
/// whole. Value: path, and whether it lies in a folder that only the operator writes.
struct FoundFile {
  std::string path;
  bool operator_only = false;
};
std::map<std::string, FoundFile> find_files(const std::vector<std::string>& folders, const std::string& kind);

/// At most 1 MiB.
Result<std::string> read_small_file(const std::string& path);

/// Replaces {{config.KEY}} in the patterns with the instance's values; a pattern with a missing key is dropped.
std::vector<std::string> expand_patterns(const std::vector<std::string>& patterns, const std::string& config_json);

/// Whether `url` is covered: equal to a pattern, or beginning with one that ends in '*'. Dot segments never match.
bool url_matches(const std::vector<std::string>& patterns, std::string_view url);

/// Whether `url` is covered by a pattern such as "https://*.example.com/*": any host below the domain, with this
/// scheme, on its usual port. url_matches() does not know such patterns: what they cover must be public all the same.
bool url_matches_below(const std::vector<std::string>& patterns, std::string_view url);

}  // namespace platos::extension
