#include "config/settings.hpp"

namespace tickertape::config {

// Here, because g++ 12 takes texts among so many members for uninitialized where they are made in
// place.
settings::settings() = default;

}  // namespace tickertape::config
