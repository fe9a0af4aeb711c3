#include "query/external/external_catalog.h"

#include <gmock/gmock.h>

namespace icelight::query {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

TEST(ExternalCatalog, NamesAreSimpleAndNotTaken) {
    for (const auto* const name : {"crm", "a", "lake_2", "eu1"})
        EXPECT_TRUE(is_external_name(name)) << name;
    for (const auto* const name : {"",
                                   "CRM",
                                   "1st",
                                   "_x",
                                   "a-b",
                                   "a.b",
                                   "a b",
                                   "icelight",
                                   "r2_datalake",
                                   "memory",
                                   "system",
                                   "temp",
                                   "pg_catalog",
                                   "information_schema"})
        EXPECT_FALSE(is_external_name(name)) << name;
    EXPECT_TRUE(is_external_name(std::string(kExternalNameBytesMax, 'a')));
    EXPECT_FALSE(is_external_name(std::string(kExternalNameBytesMax + 1, 'a')));
}

TEST(ExternalCatalog, UrlsLeadToHosts) {
    EXPECT_EQ(find_url_target("http://Lake.example/iceberg"), (RelayTarget{"lake.example", 80}));
    EXPECT_EQ(find_url_target("https://lake.example"), (RelayTarget{"lake.example", 443}));
    EXPECT_EQ(find_url_target("https://[::1]:8181/x"), (RelayTarget{"::1", 8181}));
    for (const auto* const url : {"lake.example",
                                  "ftp://lake.example",
                                  "http://",
                                  "https://a:b@c/",
                                  "http://lake.example:x/",
                                  "HTTP//x"})
        EXPECT_EQ(find_url_target(url), std::nullopt) << url;
}

TEST(ExternalCatalog, HostsAreThoseOfTheCatalogAndOfItsBucketsAlone) {
    ExternalCatalog catalog{.name = "crm",
                            .uri = "https://lake.example/iceberg",
                            .server_uri = "https://login.example/token",
                            .locations = {"s3://one/a/", "s3://one/b/", "file:///srv/crm/"}};
    catalog.s3.region = "eu-west-1";
    EXPECT_THAT(hosts_of(catalog),
                ElementsAre(RelayTarget{"lake.example", 443},
                            RelayTarget{"login.example", 443},
                            RelayTarget{"one.s3.eu-west-1.amazonaws.com", 443},
                            RelayTarget{"one.s3.amazonaws.com", 443}));
    catalog.server_uri.clear();
    catalog.s3.is_path_style = true;
    EXPECT_THAT(hosts_of(catalog),
                ElementsAre(RelayTarget{"lake.example", 443},
                            RelayTarget{"s3.eu-west-1.amazonaws.com", 443}));
    catalog.s3.endpoint = "minio.example:9000";
    catalog.s3.has_tls = false;
    EXPECT_THAT(hosts_of(catalog),
                ElementsAre(RelayTarget{"lake.example", 443}, RelayTarget{"minio.example", 9000}));
    catalog.s3.is_path_style = false;
    EXPECT_THAT(
        hosts_of(catalog),
        ElementsAre(RelayTarget{"lake.example", 443}, RelayTarget{"one.minio.example", 9000}));
    const ExternalCatalog other{.name = "erp", .uri = "http://lake.example:443/"};
    EXPECT_THAT(hosts_of(std::vector{catalog, other}),
                UnorderedElementsAre(RelayTarget{"lake.example", 443},
                                     RelayTarget{"one.minio.example", 9000}));
}

TEST(ExternalCatalog, SecretsAreLeftOutOfTexts) {
    ExternalCatalog one{.name = "one", .token = "t0ken"};
    ExternalCatalog two{.name = "two", .client_id = "id", .client_secret = "s3cret"};
    two.s3.secret = "k3y";
    EXPECT_EQ(without_secrets("Bearer t0ken, t0ken; id s3cret k3y", {one, two}),
              "Bearer ***, ***; id *** ***");
    EXPECT_EQ(without_secrets("nothing", {one, two}), "nothing");
}

}  // namespace
}  // namespace icelight::query
