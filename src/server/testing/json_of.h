#pragma once

#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "http/testing/client.h"

namespace icelight::server::testing {

/// What is no JSON fails the test.
inline boost::json::value json_of(const std::string& text) {
    boost::json::error_code error;
    auto value = boost::json::parse(text, error);
    EXPECT_FALSE(error) << text;
    return value;
}

/// The same of an answer's body.
inline boost::json::value json_of(const http::testing::Answer& answer) {
    return json_of(answer.body);
}

}  // namespace icelight::server::testing
