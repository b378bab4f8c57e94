#include "relay/settings.hpp"

namespace tickertape::relay {

// Here, because g++ 12 takes the text for uninitialized where it is made in place.
settings::settings() : name{"tickertape"} {}

}  // namespace tickertape::relay
