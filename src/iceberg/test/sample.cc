#include "iceberg/test/sample.h"

#include <fstream>
#include <iterator>

#include "base/check.h"

namespace icelight::iceberg::testing {

std::string read_data(std::string_view name) {
    std::ifstream file(std::string(ICELIGHT_ICEBERG_TEST_DATA) + "/" + std::string(name),
                       std::ios::binary);
    ICE_CHECK(file.good(), "the test data is there");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace icelight::iceberg::testing
