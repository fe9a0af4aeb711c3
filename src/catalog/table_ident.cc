#include "catalog/table_ident.h"

namespace icelight::catalog {

std::string text_of(const TableIdent& ident) {
    std::string text;
    for (const std::string& level : ident.space) {
        text += level;
        text += '.';
    }
    return text + ident.name;
}

}  // namespace icelight::catalog
