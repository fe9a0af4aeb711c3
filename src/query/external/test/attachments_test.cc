// What the engine makes of the statements is in tests/sql/test_external_catalogs.py.
#include "query/external/attachments.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "engine/database.h"

namespace icelight::query {
namespace {

using icelight::testing::IsError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Attachments, ACatalogWithoutAnIdentityIsAskedWithout) {
    EXPECT_THAT(
        attach_statements({.name = "crm", .uri = "http://h/i", .locations = {"file:///srv/"}}),
        ElementsAre("ATTACH '' AS \"crm\" (TYPE iceberg, READ_ONLY, ENDPOINT 'http://h/i', "
                    "AUTHORIZATION_TYPE 'none', ACCESS_DELEGATION_MODE 'none')"));
}

TEST(Attachments, TokensAndKeysAreInSecretsAndNotInTheAttachment) {
    ExternalCatalog catalog{.name = "crm",
                            .uri = "http://h/i",
                            .warehouse = "it's",
                            .token = "t'0",
                            .locations = {"s3://b/x/", "file:///srv/", "s3://b/y/"}};
    catalog.s3 = {.region = "r1",
                  .key_id = "K",
                  .secret = "S",
                  .endpoint = "e:9000",
                  .is_path_style = true,
                  .has_tls = false};
    EXPECT_THAT(
        attach_statements(catalog),
        ElementsAre("CREATE OR REPLACE TEMPORARY SECRET \"icelight_crm\" (TYPE iceberg, TOKEN "
                    "'t''0')",
                    "CREATE OR REPLACE TEMPORARY SECRET \"icelight_s3_crm\" (TYPE s3, KEY_ID 'K', "
                    "SECRET 'S', URL_STYLE 'path', USE_SSL false, SCOPE ['s3://b/x/', "
                    "'s3://b/y/'], REGION 'r1', ENDPOINT 'e:9000')",
                    "ATTACH 'it''s' AS \"crm\" (TYPE iceberg, READ_ONLY, ENDPOINT 'http://h/i', "
                    "SECRET \"icelight_crm\", ACCESS_DELEGATION_MODE 'none')"));
}

TEST(Attachments, WithoutKeysTheCatalogIsAskedForThem) {
    ExternalCatalog catalog{.name = "crm",
                            .uri = "http://h/i",
                            .client_id = "me",
                            .client_secret = "S",
                            .scope = "read",
                            .locations = {"s3://b/x/"}};
    catalog.s3.region = "r1";
    EXPECT_THAT(
        attach_statements(catalog),
        ElementsAre("CREATE OR REPLACE TEMPORARY SECRET \"icelight_crm\" (TYPE iceberg, CLIENT_ID "
                    "'me', CLIENT_SECRET 'S', OAUTH2_SCOPE 'read', OAUTH2_SERVER_URI "
                    "'http://h/i/v1/oauth/tokens')",
                    "ATTACH '' AS \"crm\" (TYPE iceberg, READ_ONLY, ENDPOINT 'http://h/i', "
                    "SECRET \"icelight_crm\", DEFAULT_REGION 'r1')"));
}

TEST(Attachments, WhatTheEngineRefusesIsTheCatalogsFaultWithoutASecret) {
    auto database = engine::Database::open({});
    ASSERT_TRUE(database);
    // No extension here knows such secrets: the engine's error may repeat the statement.
    Attachments attachments({{.name = "crm", .uri = "http://h", .token = "t0ken"}});
    const auto attached = attachments.attach(*database, {"crm"});
    ASSERT_THAT(attached, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(attached.error().message, ::testing::StartsWith("catalog crm: "));
    EXPECT_THAT(attached.error().message, Not(HasSubstr("t0ken")));
    EXPECT_THAT(attachments.attach(*database, {"erp"}), IsError(ErrorCode::kInvalidArgument));
}

TEST(Attachments, ErrorsOfQueriesNameTheCatalogs) {
    const std::vector<ExternalCatalog> all = {{.name = "crm", .token = "t0ken"}};
    const auto gone = explain_external({ErrorCode::kIo, "IO Error: t0ken\nmore"}, {"crm"}, all);
    EXPECT_EQ(gone.code, ErrorCode::kUnavailable);
    EXPECT_EQ(gone.message, "catalog crm: IO Error: ***");
    EXPECT_EQ(explain_external({ErrorCode::kIo, "x (Unauthorized_401)"}, {"crm"}, all).message,
              "catalog crm: it does not take our token or credentials: x (Unauthorized_401)");
    const auto elsewhere =
        explain_external({ErrorCode::kForbidden, "Permission Error: x\nmore"}, {"crm", "erp"}, all);
    EXPECT_EQ(elsewhere.code, ErrorCode::kForbidden);
    EXPECT_EQ(elsewhere.message,
              "Permission Error: x; of catalog crm, erp only what its locations name is read");
    const auto wrong =
        explain_external({ErrorCode::kInvalidArgument, "Binder\nLINE"}, {"crm"}, all);
    EXPECT_EQ(wrong.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(wrong.message, "Binder\nLINE");
}

}  // namespace
}  // namespace icelight::query
