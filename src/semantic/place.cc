#include "semantic/place.h"

namespace icelight::semantic {

void append_to_pointer(std::string& pointer, std::string_view key) {
    pointer += '/';
    for (const char c : key) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

std::string Place::pointer() const {
    if (parent_ == nullptr) return {};
    std::string out = parent_->pointer();
    append_to_pointer(out, is_index_ ? std::to_string(index_) : std::string(key_));
    return out;
}

}  // namespace icelight::semantic
