#pragma once

#include "base/error.h"

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

namespace rung {

// What a function returns that the world can refuse. Dropping one is a warning, hence an error.
template <class T>
using Result =
    BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Error,
                                             BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

inline auto success() {
  return BOOST_OUTCOME_V2_NAMESPACE::success();
}

}  // namespace rung

#define TRY BOOST_OUTCOME_TRY
#define CO_TRY BOOST_OUTCOME_CO_TRY
