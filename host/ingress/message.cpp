#include "ingress/message.hpp"

#include <Poco/Net/HTTPResponse.h>

namespace platos::ingress {

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

std::string Request::all(std::string_view lower_case_name) const {
  std::string values;
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) values.append(values.empty() ? "" : ",").append(value);
  }
  return values;
}

std::string_view reason_phrase(int status) {
  return Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
}

}  // namespace platos::ingress
