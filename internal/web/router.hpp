// Which function answers which path, and what is answered where there is none.
#pragma once

#include "web/message.hpp"
#include "web/problem.hpp"
#include "web/request_target.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

// Threads: immutable once all routes are added, so any; the handlers see to themselves.
class router {
public:
    // `captured`: the segments that stand for {} or behind /*, decoded.
    using handler = std::function<answer(
        const request&, const request_target&, const std::vector<std::string>& captured)>;

    // A pattern is a path; the segment {} stands for any one, and * at the end for any number.
    // All routes answer GET and HEAD.
    void add(std::string pattern, handler h);

    struct outcome {
        answer what;
        std::string_view route;  // the pattern, for metrics; "none" where nothing matched
    };
    outcome route(const request& r) const;

private:
    struct entry {
        std::string pattern;
        std::vector<std::string> segments;
        handler h;
    };

    static bool matches(
        const entry& e, const std::vector<std::string>& path, std::vector<std::string>& captured);

    std::vector<entry> entries_;
};

inline constexpr std::string_view allowed_methods = "GET, HEAD, OPTIONS";

}  // namespace tickertape
