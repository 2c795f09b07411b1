// JSON values compared and written the way JMESPath and people mean them: 1 equals 1.0, and a
// number is written in its shortest plain form ("1.2", where a general serializer may say "1.2E0").
// Pure; recursion is bounded by the depth of the values, which every parser of ours limits.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace tributary::webhook {

std::string number_text(const boost::json::value& number);
// Compact JSON. Strings stay as UTF-8.
std::string json_text(const boost::json::value& value);
// A text as it is, a number or boolean as its JSON, "" for null; JSON for the rest.
std::string plain_text(const boost::json::value& value);

bool is_equal(const boost::json::value& a, const boost::json::value& b);
// Whether a < b, both being numbers.
bool is_less(const boost::json::value& a, const boost::json::value& b);
// An integer when it is one exactly, else a double; null when not finite.
boost::json::value number_value(double number);
// Roughly the bytes it takes in memory.
std::size_t weight_of(const boost::json::value& value);

}  // namespace tributary::webhook
