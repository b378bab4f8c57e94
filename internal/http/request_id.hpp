// The id of a request in the log, in its answer and in the log of a proxy that has given it one.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace tickertape::http {

// Threads: one.
class request_ids {
public:
    // `given` if it is 1 to 64 letters, digits and -_., a new id otherwise.
    std::string id_for(std::string_view given);

private:
    std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace tickertape::http
