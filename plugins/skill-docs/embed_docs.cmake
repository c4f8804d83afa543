# cmake -DLIST=<file> -DOUTPUT=<file.cpp> [-DFUNCTION=embedded_sections] -P embed_docs.cmake
#
# Writes a C++ source that defines FUNCTION() (see section.hpp): a constant table of the sections of some documents.
# LIST has one line for each document, in the order of the table:
#
#   markdown|<source>|<title>|<path>   one section for each ATX heading (none inside a code fence); the title of a
#                                      section is its heading path, <title> is that of text before the first heading
#   text|<source>|<title>|<path>       no headings: every section is called <title>
#
# A section longer than about 1200 bytes is cut between paragraphs; a longer paragraph between lines; a longer line at a
# space. A code fence that is cut is closed and opened again. A heading without text of its own makes no section.
#
# A document may hold any bytes. CMake's strings and lists may not, so everything here works on hexadecimal text in
# which each byte is two digits and a comma ("23,20," is "# "): a list separator or a NUL never appears, and a pattern
# can only match whole bytes. The bytes come back as characters at the very end.
cmake_minimum_required(VERSION 3.22)

if(NOT DEFINED FUNCTION)
  set(FUNCTION embedded_sections)
endif()
set(limit 3600)             # of a section: 1200 bytes, three characters each
set(blank "^(20,|09,)*$")   # a line of white space
set(indent "^(20,)?(20,)?(20,)?")
set(table "")
set(section_count 0)

function(to_hex result text)
  string(HEX "${text}" hex)
  string(REGEX REPLACE "(..)" "\\1," hex "${hex}")
  set(${result} "${hex}" PARENT_SCOPE)
endfunction()

# A string literal whose bytes are still \xNN.
function(to_literal result hex)
  string(REGEX REPLACE "(..)," "\\\\x\\1" escaped "${hex}")
  set(${result} "\"${escaped}\"sv" PARENT_SCOPE)
endfunction()

# Moves `piece` into the table.
macro(end_piece)
  if(NOT piece STREQUAL "")
    to_literal(source_literal "${source}")
    to_literal(title_literal "${title}")
    to_literal(text_literal "${piece}")
    string(APPEND table "    {${source_literal}, ${title_literal},\n     ${text_literal}},\n")
    math(EXPR section_count "${section_count} + 1")
    set(piece "")
  endif()
endmacro()

# Moves `paragraph` into `piece`, which is ended before if it would become too long.
macro(end_paragraph)
  if(NOT paragraph STREQUAL "")
    string(LENGTH "${piece}${paragraph}" length)
    if(length GREATER limit)
      end_piece()
    endif()
    if(NOT piece STREQUAL "")
      string(APPEND piece "0a,0a,")
    endif()
    string(APPEND piece "${paragraph}")
    set(paragraph "")
  endif()
endmacro()

# Adds one line that is not too long to `paragraph`. `fence` and `fence_line` are empty outside of a code fence.
macro(add_line line)
  string(LENGTH "${paragraph}${line}" length)
  if(length GREATER limit AND NOT paragraph STREQUAL "")
    if(NOT fence_line STREQUAL "")
      string(APPEND paragraph "0a,${fence}")
    endif()
    end_paragraph()
    set(paragraph "${fence_line}")
  endif()
  if(NOT paragraph STREQUAL "")
    string(APPEND paragraph "0a,")
  endif()
  string(APPEND paragraph "${line}")
endmacro()

# Cuts `line` where it is too long: at the last space, else between two UTF-8 characters.
function(cut_line head rest line)
  string(SUBSTRING "${line}" 0 ${limit} part)
  string(FIND "${part}" "20," cut REVERSE)
  if(cut LESS_EQUAL 0)
    set(cut ${limit})
    string(SUBSTRING "${line}" ${cut} 1 digit)
    while(digit MATCHES "[89ab]" AND cut GREATER 3)
      math(EXPR cut "${cut} - 3")
      string(SUBSTRING "${line}" ${cut} 1 digit)
    endwhile()
  endif()
  string(SUBSTRING "${line}" 0 ${cut} part)
  string(SUBSTRING "${line}" ${cut} -1 remaining)
  string(REGEX REPLACE "^20," "" remaining "${remaining}")
  set(${head} "${part}" PARENT_SCOPE)
  set(${rest} "${remaining}" PARENT_SCOPE)
endfunction()

macro(add_long_line line)
  set(rest "${line}")
  string(LENGTH "${rest}" length)
  while(length GREATER limit)
    cut_line(head rest "${rest}")
    add_line("${head}")
    string(LENGTH "${rest}" length)
  endwhile()
  add_line("${rest}")
endmacro()

# `fence` becomes the run of ` or ~ when `line` opens a code fence, or empty when `line` closes the open one.
macro(track_fence line)
  if(fence STREQUAL "")
    if("${line}" MATCHES "${indent}((60,60,60,(60,)*)|(7e,7e,7e,(7e,)*))(.*)$")
      set(run "${CMAKE_MATCH_4}")
      set(info "${CMAKE_MATCH_9}")
      if(NOT (run MATCHES "^60," AND info MATCHES "60,"))   # `code` that only looks like a fence
        set(fence "${run}")
        set(fence_line "${line}")
      endif()
    endif()
  elseif("${line}" MATCHES "${indent}${fence}((60,)*|(7e,)*)(20,|09,)*$")
    set(fence "")
  endif()
endmacro()

# Sets `title` from a heading of `level` with the given text, and forgets the deeper ones.
macro(enter_heading level text)
  string(REGEX REPLACE "^(20,|09,)+" "" name "${text}")
  string(REGEX REPLACE "(20,|09,)+(23,)*(20,|09,)*$" "" name "${name}")
  string(REGEX REPLACE "^(23,)+$" "" name "${name}")
  set(title "")
  foreach(depth RANGE 1 6)
    if(depth EQUAL ${level})
      set(heading_${depth} "${name}")
    elseif(depth GREATER ${level})
      set(heading_${depth} "")
    endif()
    if(NOT heading_${depth} STREQUAL "")
      if(NOT title STREQUAL "")
        string(APPEND title "20,3e,20,")
      endif()
      string(APPEND title "${heading_${depth}}")
    endif()
  endforeach()
endmacro()

macro(add_markdown_line line)
  set(level 0)
  if(fence STREQUAL "" AND "${line}" MATCHES "${indent}((23,)+)((20,|09,).*)?$")
    set(text "${CMAKE_MATCH_6}")
    string(LENGTH "${CMAKE_MATCH_4}" level)
    math(EXPR level "${level} / 3")
  endif()
  if(level GREATER 0 AND level LESS 7)
    end_paragraph()
    end_piece()
    enter_heading(${level} "${text}")
  elseif(fence STREQUAL "" AND "${line}" MATCHES "${blank}")
    end_paragraph()
  else()
    track_fence("${line}")
    add_long_line("${line}")
    if(fence STREQUAL "")
      set(fence_line "")
    endif()
  endif()
endmacro()

# The lines of a file as a list; a byte order mark and carriage returns at line ends are dropped.
function(read_lines result path)
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "(..)" "\\1," hex "${hex}")
  string(REGEX REPLACE "^ef,bb,bf," "" hex "${hex}")
  string(REPLACE "0d,0a," "0a," hex "${hex}")
  string(REPLACE "0a," ";" lines "${hex}")
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

function(add_document kind source_text title_text path)
  foreach(depth RANGE 1 6)
    set(heading_${depth} "")
  endforeach()
  set(piece "")
  set(paragraph "")
  set(fence "")
  set(fence_line "")
  to_hex(source "${source_text}")
  to_hex(title "${title_text}")
  read_lines(lines "${path}")
  foreach(line IN LISTS lines)
    if(kind STREQUAL "markdown")
      add_markdown_line("${line}")
    elseif(line MATCHES "${blank}")
      end_paragraph()
    else()
      add_long_line("${line}")
    endif()
  endforeach()
  end_paragraph()
  end_piece()
  set(table "${table}" PARENT_SCOPE)
  set(section_count "${section_count}" PARENT_SCOPE)
endfunction()

# Turns each \xNN of `table` into the character, or into an octal escape, which unlike \xNN ends after three digits.
# A newline also ends the literal, so none becomes long. Escaped though printable: " ; ? \ (? because of trigraphs).
function(decode_table)
  foreach(code RANGE 255)
    math(EXPR hex "${code} + 256" OUTPUT_FORMAT HEXADECIMAL)
    string(SUBSTRING "${hex}" 3 2 hex)
    if(code EQUAL 10)
      set(character "\\n\"\n     \"")
    elseif(code LESS 32 OR code GREATER 126 OR code MATCHES "^(34|59|63|92)$")
      math(EXPR high "${code} / 64")
      math(EXPR middle "${code} / 8 % 8")
      math(EXPR low "${code} % 8")
      set(character "\\${high}${middle}${low}")
    else()
      string(ASCII ${code} character)
    endif()
    string(REPLACE "\\x${hex}" "${character}" table "${table}")
  endforeach()
  set(table "${table}" PARENT_SCOPE)
endfunction()

file(STRINGS "${LIST}" documents ENCODING UTF-8)
foreach(document IN LISTS documents)
  if(NOT document MATCHES "^(markdown|text)[|]([^|]*)[|]([^|]*)[|](.+)$")
    message(FATAL_ERROR "${LIST}: expected <markdown or text>|<source>|<title>|<path>, found: ${document}")
  endif()
  add_document("${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}" "${CMAKE_MATCH_3}" "${CMAKE_MATCH_4}")
endforeach()
decode_table()

if(section_count EQUAL 0)
  set(initializer "{}")
else()
  set(initializer "{{\n${table}}}")
endif()
file(WRITE "${OUTPUT}" "// Made by embed_docs.cmake at build time.
#include <array>

#include \"section.hpp\"

namespace platos::skill_docs {

std::span<const Section> ${FUNCTION}() noexcept {
  using namespace std::string_view_literals;
  static constexpr std::array<Section, ${section_count}> kSections = ${initializer};
  return kSections;
}

}  // namespace platos::skill_docs
")
