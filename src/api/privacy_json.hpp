// An erasure's certificate as the API and the commands show it.
#pragma once

#include <boost/json/object.hpp>

#include "store/erasure.hpp"

namespace tributary {

boost::json::object certificate_json(const Certificate& certificate);

}  // namespace tributary
