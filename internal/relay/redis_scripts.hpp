// What runs inside Redis, each as one step that nothing comes between: redis_answers.hpp reads what
// they return.
#pragma once

#include <string>

namespace tickertape::relay {

struct redis_script {
    const char* name;
    std::string text;
    std::string sha{};  // as Redis told it; empty: not loaded yet
};

struct redis_scripts {
    redis_script append;
    redis_script heal;
    redis_script look;
    redis_script lease;
    redis_script careful;
    redis_script resign;
    redis_script claim_slot;
    redis_script announce;
    redis_script put_latest;
};

redis_scripts make_redis_scripts();

}  // namespace tickertape::relay
