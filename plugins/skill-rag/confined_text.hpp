// The text of a PDF or an HTML page, by a program of its own: parsers are attacked, and this one has nothing to gain.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace platos::skill_rag {

inline constexpr std::size_t kPdfBytesLimit = 32 * 1024 * 1024;
inline constexpr std::size_t kPdfTextBytesLimit = 8 * 1024 * 1024;
inline constexpr std::int64_t kPdfTimeMs = 20'000;

/// Runs `program`, which is the one of document-text/main.cpp, and kills it after `time_ms`. `poll` is called about
/// every 50 ms and throws to give up. Throws Error: INVALID_ARGUMENT when it is no PDF, is locked, holds no text, or
/// takes too much to read; INTERNAL when the program cannot be started. Any thread.
std::string pdf_text(const std::string& program, std::string_view pdf, const std::function<void()>& poll,
                     std::int64_t time_ms = kPdfTimeMs);

/// The same for HTML, of which nearly everything can be read. `charset`: of the transport, or empty.
std::string confined_html_text(const std::string& program, std::string_view html, const std::string& charset,
                               const std::function<void()>& poll, std::int64_t time_ms = kPdfTimeMs);

/// The program as it is installed: beside the library that holds this function.
std::string installed_program();

}  // namespace platos::skill_rag
