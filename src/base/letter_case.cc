#include "base/letter_case.h"

#include <algorithm>

namespace icelight {

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), small_letter);
    return out;
}

}  // namespace icelight
