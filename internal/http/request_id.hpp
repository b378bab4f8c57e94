// What one request is called in the log, the answer and, where a proxy has named it, before us.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace tickertape::http {

// Threads: one.
class request_ids {
public:
    // `given` where it is fit to be repeated (1 to 64 letters, digits and -_.), a new one
    // otherwise.
    std::string id_for(std::string_view given);

private:
    std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace tickertape::http
