// contracts/golden/torture.json against the whole of ingest: each body's answer and row.
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using http::testing::Answer;
using testing::StoredItem;
using testing::TestServer;

std::string repeat(const json::object& piece) {
    const std::string_view unit = piece.at("repeat").as_string();
    std::string text;
    for (std::int64_t i = 0; i < piece.at("times").as_int64(); ++i) {
        for (const char c : unit)
            text += c == '#' ? std::to_string(i) : std::string(1, c);
    }
    return text;
}

/// A string, or a list of pieces.
std::string text_of(const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    std::string text;
    for (const json::value& piece : value.as_array())
        text += piece.is_string() ? std::string(piece.as_string()) : repeat(piece.as_object());
    return text;
}

std::string body_of(const json::object& test) {
    const json::value* hex = test.if_contains("body_hex");
    if (hex == nullptr) return text_of(test.at("body"));
    const std::string digits(hex->as_string());
    std::string body;
    for (std::size_t at = 0; at < digits.size(); at += 2)
        body += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    return body;
}

void expect_answer(const Answer& answer, const json::object& test) {
    EXPECT_EQ(answer.status, test.at("status").as_int64()) << answer.body;
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    const json::object body = json::parse(answer.body).as_object();
    for (const auto& [name, value] : test.at("answer").as_object()) {
        ASSERT_TRUE(body.contains(name)) << name << " in " << answer.body;
        EXPECT_EQ(body.at(name), value) << name;
    }
}

void expect_item(const StoredItem& item, const json::object& expected) {
    for (const auto& [key, value] : expected) {
        const std::string name(key);
        const auto found = item.find(name);
        if (value.is_null()) {
            EXPECT_EQ(found, item.end()) << name;
        } else if (found == item.end()) {
            ADD_FAILURE() << name << " is missing";
        } else {
            EXPECT_EQ(found->second, text_of(value)) << name;
        }
    }
}

void expect_case(const TestServer& server, const json::object& test) {
    SCOPED_TRACE(std::string(test.at("name").as_string()));
    const std::size_t before = server.stored().size();
    const std::string path(test.at("path").as_string());
    expect_answer(server.post(path, body_of(test)), test);
    const json::value* stored = test.if_contains("stored");
    if (stored == nullptr) return;
    const auto items = server.stored();
    ASSERT_EQ(items.size() - before, stored->as_array().size());
    for (std::size_t i = 0; before + i < items.size(); ++i)
        expect_item(items[before + i], stored->as_array()[i].as_object());
}

TEST(Torture, EveryBodyHasItsDocumentedAnswerAndRow) {
    const std::string file = ICELIGHT_SOURCE_DIR "/contracts/golden/torture.json";
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    const json::value document = json::parse(text.str());
    const json::array& cases = document.at("cases").as_array();
    ASSERT_GE(cases.size(), 40U);
    const TestServer server;
    for (const json::value& test : cases)
        expect_case(server, test.as_object());
}

}  // namespace
}  // namespace icelight::server
