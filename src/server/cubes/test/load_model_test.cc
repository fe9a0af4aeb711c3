// What the tables say of a cube is in tests/e2e/test_own_cubes.py.
#include "server/cubes/load_model.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"
#include "server/config.h"

namespace icelight::server {
namespace {

using ::testing::HasSubstr;

class LoadModel : public ::testing::Test {
protected:
    std::string write(const std::string& name, const std::string& text) {
        const auto path = directory_.path() / name;
        std::ofstream(path) << text;
        return path.string();
    }

    static Result<semantic::BuiltModel> load(const std::string& path) {
        ICE_ASSIGN(
            const auto config,
            Config::parse(
                {.toml = {}, .toml_name = {}, .environment = {}, .flags = {"--cubes-path", path}}));
        return load_model(config);
    }

    testing::TempDir directory_;
};

TEST_F(LoadModel, WithoutAPathTheCubesAreOurs) {
    const auto built = load("");
    ASSERT_TRUE(built);
    EXPECT_NE(built->model->find_cube("Sessions"), nullptr);
    EXPECT_TRUE(built->probes.empty());
}

TEST_F(LoadModel, AFolderIsReadInTheOrderOfItsNames) {
    write("b.yml", "cubes:\n  - name: Shop\n    measures: [{name: count, type: count}]\n");
    write("a.yaml", "cubes:\n  - {name: Shop, sql_table: shop}\n");
    write("notes.txt", "not: [yaml");
    const auto built = load(directory_.path().string());
    ASSERT_TRUE(built) << built.error().message;
    EXPECT_NE(built->model->find_measure("Shop.count").item, nullptr);
}

TEST_F(LoadModel, WhatIsWrongIsNamedWithFileAndLine) {
    EXPECT_THAT(load("/nowhere.yaml").error().message, HasSubstr("there is no /nowhere.yaml"));
    EXPECT_THAT(load(directory_.path().string()).error().message, HasSubstr("1 to 100 files"));
    EXPECT_THAT(load(write("c.yaml", "cubes:\n  - {nam: A}\n")).error().message,
                HasSubstr("c.yaml:2: `name` is missing"));
}

}  // namespace
}  // namespace icelight::server
