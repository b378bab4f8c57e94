#include "provider/answers.hpp"

namespace tickertape::provider {

void answer_rest(answers& into, const fetch_error& error)
{
    for (auto& answer : into)
        if (!answer)
            answer.emplace(error);
}

}  // namespace tickertape::provider
