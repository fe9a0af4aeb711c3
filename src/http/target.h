#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The parts of a request target (RFC 3986, sections 2.1 and 3.4).
namespace icelight::http {

/// "a%1Fb" -> "a\x1fb". Empty: a percent sign without two hex digits.
/// @param plus_is_space  in queries only.
std::optional<std::string> decode_percent(std::string_view text, bool plus_is_space = false);

/// Everything but letters, digits and "-._~" becomes %XX.
std::string encode_percent(std::string_view text);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b" -> {a: "1"}, {b: ""}. Empty: a bad percent sign, or more than kQueryParametersMax.
std::optional<QueryParameters> parse_query(std::string_view query);

inline constexpr std::size_t kQueryParametersMax = 1'000;

/// The value of the first parameter of that name.
std::optional<std::string> find_parameter(const QueryParameters& parameters, std::string_view name);

}  // namespace icelight::http
