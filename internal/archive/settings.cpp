#include "archive/settings.hpp"

namespace tickertape::archive {

// Here, because g++ 12 takes the text for uninitialized where it is made in place.
settings::settings() : directory{"data"}, state_directory{"data"} {}

}  // namespace tickertape::archive
