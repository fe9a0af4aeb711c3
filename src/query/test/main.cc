#include <string_view>

#include <gmock/gmock.h>

#include "query/worker/worker.h"

/// The tests' own main: workers are this binary again, as in the product.
int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "worker" && std::string_view(argv[2]) == "sql") {
        return icelight::query::run_sql_worker();
    }
    ::testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
