// An answer of figures that say their own age. The page keeps it for a time without a server
// (static/service_worker.js); whoever keeps it asks again before each use.
#pragma once

#include "http/message.hpp"

#include <string>

namespace tickertape::web {

http::response figures_response(std::string body);

}  // namespace tickertape::web
