// PDFs for tests: real ones with text, and such as attackers write.
#pragma once

#include <string>
#include <vector>

namespace platos::tests {

/// The objects with a right table of where they stand. `root`: the number of the catalogue.
inline std::string pdf_of_objects(const std::vector<std::string>& objects) {
  std::string out = "%PDF-1.4\n";
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    offsets.push_back(out.size());
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::size_t table = out.size();
  out += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
  for (const std::size_t offset : offsets) {
    const std::string number = std::to_string(offset);
    out += std::string(10 - number.size(), '0') + number + " 00000 n \n";
  }
  return out + "trailer\n<< /Size " + std::to_string(objects.size() + 1) + " /Root 1 0 R >>\nstartxref\n" +
         std::to_string(table) + "\n%%EOF\n";
}

inline std::string pdf_stream(const std::string& bytes) {
  return "<< /Length " + std::to_string(bytes.size()) + " >>\nstream\n" + bytes + "\nendstream";
}

/// A page for each list of lines, in Helvetica. Lines without brackets and backslashes.
inline std::string pdf_of_pages(const std::vector<std::vector<std::string>>& pages) {
  std::string kids;
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", "",
                                      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"};
  for (const auto& lines : pages) {
    std::string text = "BT /F1 12 Tf 14 TL 72 720 Td";
    for (const auto& line : lines) text += " (" + line + ") Tj T*";
    objects.push_back(pdf_stream(text + " ET"));
    const std::string content = std::to_string(objects.size());
    objects.push_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents " + content +
                      " 0 R /Resources << /Font << /F1 3 0 R >> >> >>");
    kids += std::to_string(objects.size()) + " 0 R ";
  }
  objects[1] = "<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(pages.size()) + " >>";
  return pdf_of_objects(objects);
}

}  // namespace platos::tests
