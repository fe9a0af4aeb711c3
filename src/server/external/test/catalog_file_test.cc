#include "server/external/catalog_file.h"

#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::server {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CatalogFileTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(directory_.path() / "data" / "warehouse");
        std::filesystem::create_directories(directory_.path() / "crm");
        write("token", "t0ken\n");
        write("secret", "s3cret");
    }

    std::string write(const std::string& name, const std::string& text) {
        const auto path = directory_.path() / name;
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }

    std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

    Result<CatalogFile> load(const std::string& text) {
        return load_catalog_file(write("catalogs.toml", text), directory_.path() / "data");
    }

    std::string location() const { return "file://" + path("crm"); }

    /// A catalog that is fine but for what `lines` say.
    Result<CatalogFile> load_with(const std::string& lines) {
        return load(fmt::format("[crm]\nuri = \"https://lake.example\"\nlocations = [\"{}\"]\n{}\n",
                                location(),
                                lines));
    }

    /// The error without the file's name.
    std::string complaint(const Result<CatalogFile>& loaded) const {
        if (loaded) return "none";
        EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidArgument);
        EXPECT_EQ(loaded.error().message.find('\n'), std::string::npos);
        const auto file = path("catalogs.toml") + ": ";
        const auto& message = loaded.error().message;
        return message.starts_with(file) ? message.substr(file.size()) : message;
    }

    testing::TempDir directory_;
};

TEST_F(CatalogFileTest, EveryKeyIsRead) {
    const auto loaded = load(fmt::format(
        "ca-file = \"{0}\"\n"
        "[crm]\nuri = \"https://lake.example/iceberg/\"\nwarehouse = \"prod\"\n"
        "token-file = \"{0}\"\nlocations = [\"{1}\", \"s3://bucket/prefix\"]\n"
        "[crm.s3]\nregion = \"eu-west-1\"\nkey-id = \"K\"\nsecret-file = \"{2}\"\n"
        "endpoint = \"minio:9000\"\npath-style = true\nuse-ssl = false\n"
        "[erp]\nuri = \"http://127.0.0.1:8181\"\nclient-id = \"me\"\nclient-secret-file = \"{2}\"\n"
        "scope = \"read\"\nserver-uri = \"https://login.example/token\"\nlocations = [\"{1}\"]\n",
        path("token"),
        location(),
        path("secret")));
    ASSERT_THAT(loaded, IsOk());
    EXPECT_EQ(loaded->ca_file, path("token"));
    query::ExternalCatalog crm{.name = "crm",
                               .uri = "https://lake.example/iceberg",
                               .warehouse = "prod",
                               .token = "t0ken",
                               .locations = {location() + "/", "s3://bucket/prefix/"}};
    crm.s3 = {.region = "eu-west-1",
              .key_id = "K",
              .secret = "s3cret",
              .endpoint = "minio:9000",
              .is_path_style = true,
              .has_tls = false};
    const query::ExternalCatalog erp{.name = "erp",
                                     .uri = "http://127.0.0.1:8181",
                                     .client_id = "me",
                                     .client_secret = "s3cret",
                                     .scope = "read",
                                     .server_uri = "https://login.example/token",
                                     .locations = {location() + "/"}};
    EXPECT_THAT(loaded->catalogs, ElementsAre(crm, erp));
}

TEST_F(CatalogFileTest, UnknownKeysAreNamedWithTheNearest) {
    EXPECT_EQ(complaint(load_with("token-flie = \"x\"")),
              "crm.token-flie: is not known here; did you mean `token-file`?");
    EXPECT_THAT(complaint(load_with("token = \"t0ken\"")), HasSubstr("crm.token: is not known"));
    EXPECT_EQ(complaint(load_with("[crm.s3]\nregoin = \"x\"")),
              "crm.s3.regoin: is not known here; did you mean `region`?");
    EXPECT_EQ(complaint(load("ca_file = 1")), "ca_file must be a table: [ca_file]");
}

TEST_F(CatalogFileTest, WhatIsNoTomlIsNamedByItsLine) {
    EXPECT_THAT(complaint(load("[crm]\nuri = \n")), HasSubstr("catalogs.toml line 2: "));
    EXPECT_THAT(complaint(load("[crm]\n[crm]\n")), HasSubstr("line 2: "));
}

TEST_F(CatalogFileTest, TheFileIsThereAndBounded) {
    const auto absent = load_catalog_file(path("absent"), path("data"));
    EXPECT_THAT(absent, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(absent, HasMessage("query.external-catalogs: "));
    EXPECT_THAT(load(std::string(300u << 10, '#')), HasMessage("at most 262144 bytes"));
    EXPECT_THAT(complaint(load("")), "must hold 1 to 16 catalogs");
    std::string many;
    for (int i = 0; i < 17; ++i)
        many += fmt::format("[c{}]\nuri = \"http://h\"\nlocations = [\"{}\"]\n", i, location());
    EXPECT_THAT(complaint(load(many)), "must hold 1 to 16 catalogs");
}

TEST_F(CatalogFileTest, NamesThatMeanSomethingElseAreRefused) {
    for (const auto* const name : {"icelight", "r2_datalake", "memory", "temp", "CRM", "a-b"}) {
        EXPECT_THAT(complaint(load(fmt::format("[{}]\n", name))),
                    HasSubstr(fmt::format("\"{}\" cannot name a catalog", name)));
    }
}

TEST_F(CatalogFileTest, UrlsAndIdentitiesMakeSense) {
    EXPECT_EQ(complaint(load("[crm]\nlocations = [\"s3://b/\"]")), "crm.uri: is missing");
    for (const auto* const uri : {"lake.example", "ftp://x", "https://u:p@x/", "https://x/?a=b"}) {
        EXPECT_THAT(complaint(load(fmt::format("[crm]\nuri = \"{}\"", uri))),
                    HasSubstr("crm.uri: must be https://host/path"))
            << uri;
    }
    EXPECT_EQ(complaint(load("[crm]\nuri = 1")), "crm.uri: must be a text of 1 to 2048 bytes");
    EXPECT_EQ(complaint(load_with("client-id = \"x\"")),
              "crm.client-id: goes with client-secret-file");
    EXPECT_EQ(complaint(load_with("scope = \"x\"")),
              "crm.scope: goes with client-id and client-secret-file");
    EXPECT_EQ(complaint(load_with(fmt::format(
                  "token-file = \"{0}\"\nclient-id = \"x\"\nclient-secret-file = \"{0}\"",
                  path("token")))),
              "crm.token-file: goes without client-id");
    EXPECT_EQ(complaint(load_with("[crm.s3]\nkey-id = \"x\"")),
              "crm.s3.key-id: goes with secret-file");
    EXPECT_EQ(complaint(load_with("s3 = 1")), "crm.s3: must be a table");
    EXPECT_EQ(complaint(load_with("[crm.s3]\nuse-ssl = 1")),
              "crm.s3.use-ssl: must be true or false");
    EXPECT_EQ(complaint(load_with("[crm.s3]\nendpoint = \"https://x\"")),
              "crm.s3.endpoint: must be a host, or host:port; https is use-ssl");
    EXPECT_THAT(complaint(load_with("[crm.s3]\nregion = \"x.evil.example/\"")),
                HasSubstr("crm.s3.region: is no region"));
}

TEST_F(CatalogFileTest, SecretsComeFromFilesAndAreNeverNamed) {
    EXPECT_THAT(complaint(load_with("token-file = \"/nowhere\"")),
                HasSubstr("crm.token-file: /nowhere is no file"));
    const auto two = write("two", "t0ken\nmore\n");
    const auto refused = complaint(load_with(fmt::format("token-file = \"{}\"", two)));
    EXPECT_THAT(refused, HasSubstr("must hold the secret alone, on one line"));
    EXPECT_THAT(refused, Not(HasSubstr("t0ken")));
    const auto empty = write("empty", "\n");
    EXPECT_THAT(complaint(load_with(fmt::format("token-file = \"{}\"", empty))),
                HasSubstr("must hold the secret alone"));
    EXPECT_THAT(complaint(load_with(fmt::format("token-file = \"{}\"", path("crm")))),
                HasSubstr("is no file"));
}

TEST_F(CatalogFileTest, LocationsAreDirectoriesThatAreNotOurs) {
    const auto with = [this](const std::string& location) {
        return complaint(
            load(fmt::format("[crm]\nuri = \"http://h\"\nlocations = [\"{}\"]", location)));
    };
    EXPECT_EQ(complaint(load("[crm]\nuri = \"http://h\"")),
              "crm.locations: is missing: name what may be read");
    EXPECT_EQ(complaint(load("[crm]\nuri = \"http://h\"\nlocations = \"x\"")),
              "crm.locations: must be a list of at most 64 texts");
    EXPECT_THAT(with("/srv"), HasSubstr("begins with neither file:// nor s3://"));
    EXPECT_THAT(with("gs://x/"), HasSubstr("begins with neither file:// nor s3://"));
    EXPECT_THAT(with("s3:///x"), HasSubstr("has no bucket"));
    EXPECT_THAT(with("s3://b:80@evil/x"), HasSubstr("has no bucket"));
    EXPECT_THAT(with("s3://b/"), HasSubstr("crm.s3: needs region or endpoint"));
    EXPECT_THAT(with("file://relative"), HasSubstr("is no directory"));
    EXPECT_THAT(with("file:///nowhere/at/all"), HasSubstr("is no directory"));
    EXPECT_THAT(with(location() + "/../data"), HasSubstr("is no directory"));
    EXPECT_THAT(with("file:///"), HasSubstr("shares files with this server's data directory"));
    EXPECT_THAT(with("file://" + path("data")), HasSubstr("shares files"));
    EXPECT_THAT(with("file://" + path("data/warehouse")), HasSubstr("shares files"));
    std::filesystem::create_directory_symlink(directory_.path() / "data", path("link"));
    EXPECT_THAT(with("file://" + path("link")), HasSubstr("shares files"));
    EXPECT_EQ(with(location()), "none");
}

TEST_F(CatalogFileTest, TheCertificatesFileIsAFile) {
    EXPECT_EQ(complaint(load("ca-file = \"/nowhere\"")),
              "ca-file: must be the absolute path of a file");
    EXPECT_EQ(complaint(load("ca-file = 1")), "ca-file: must be the absolute path of a file");
}

}  // namespace
}  // namespace icelight::server
