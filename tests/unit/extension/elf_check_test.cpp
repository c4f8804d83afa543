#include "extension/loader/elf_check.hpp"

#include <elf.h>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "extension/loader/entry_check.hpp"
#include "support/daemon.hpp"
#include "support/survives.hpp"

using namespace platos;
using Catch::Matchers::Contains;
using extension::check_library;

namespace {

std::string plugin_bytes() {
  std::ifstream stream(PLATOS_A_PLUGIN, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// check_library() of these bytes; true when it came back with a verdict.
bool gives_verdict(const tests::TempDir& folder, const std::string& bytes) {
  const std::string path = folder.path() + "/lib.so";
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto checked = check_library(path);
  return checked || checked.error().code == "elf_refused";
}

}  // namespace

TEST_CASE("a plugin of ours passes, and a file that is no library does not") {
  CHECK(check_library(PLATOS_A_PLUGIN));
  const tests::TempDir folder;
  folder.write("empty.so", "");
  folder.write("text.so", "#!/bin/sh\n");
  for (const char* name : {"/empty.so", "/text.so", "/missing.so", ""}) {
    const auto checked = check_library(folder.path() + name);
    REQUIRE_FALSE(checked);
    CHECK_THAT(checked.error().message, Contains("not a 64-bit ELF shared library"));
  }
  CHECK_FALSE(check_library(tests::program_path("platosd")));
}

TEST_CASE("a library that is cut anywhere is refused or read, and never crashes the reader") {
  const tests::TempDir folder;
  const std::string bytes = plugin_bytes();
  REQUIRE(bytes.size() > 10'000);
  CHECK(platos::tests::survives([&] {
    for (std::size_t size = 0; size < 300; ++size) {
      if (!gives_verdict(folder, bytes.substr(0, size))) return false;
    }
    for (std::size_t i = 1; i < 100; ++i) {
      if (!gives_verdict(folder, bytes.substr(0, bytes.size() * i / 100))) return false;
    }
    return true;
  }));
}

TEST_CASE("a library with any byte of its head changed is refused or read, and never crashes the reader") {
  const tests::TempDir folder;
  const std::string bytes = plugin_bytes();
  for (const char value : {'\0', '\x7f', '\xff'}) {
    CAPTURE(static_cast<int>(value));
    CHECK(platos::tests::survives([&] {
      for (std::size_t i = 0; i < sizeof(Elf64_Ehdr); ++i) {
        std::string changed = bytes;
        changed[i] = value;
        if (!gives_verdict(folder, changed)) return false;
      }
      return true;
    }));
  }
}

TEST_CASE("a library whose section table lies is refused or read, and never hangs or crashes the reader") {
  const tests::TempDir folder;
  const std::string bytes = plugin_bytes();
  Elf64_Ehdr head;
  std::copy_n(bytes.data(), sizeof head, reinterpret_cast<char*>(&head));
  REQUIRE(head.e_shnum > 5);
  const std::size_t table = head.e_shoff;
  for (std::size_t section = 0; section < head.e_shnum; ++section) {
    CAPTURE(section);
    CHECK(platos::tests::survives([&] {
      for (std::size_t member = 0; member + 4 <= sizeof(Elf64_Shdr); member += 4) {
        std::string changed = bytes;
        for (std::size_t i = 0; i < 4; ++i) changed[table + section * sizeof(Elf64_Shdr) + member + i] = '\xff';
        if (!gives_verdict(folder, changed)) return false;
      }
      return true;
    }));
  }
}

TEST_CASE("the hash of a file is its SHA-256 in lower case") {
  const tests::TempDir folder;
  folder.write("abc", "abc");
  CHECK(*extension::sha256_of_file(folder.path() + "/abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(extension::sha256_of_file(folder.path() + "/none").error().code == "file_not_readable");
}
