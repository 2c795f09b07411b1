// The `data` of an event, checked and brought into the form its kind has everywhere in the house:
// money as decimal strings, ids as text, counts and scores as numbers. Members the kind does not
// know stay as they are.
#pragma once

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "model/interaction.hpp"

namespace tributary::webhook {

// Reason "mapping", naming the member ("data.total"), when one has the wrong type.
Result<boost::json::object> to_typed_data(Kind kind, boost::json::object data);

}  // namespace tributary::webhook
