// From a sender's JSON to the parts of an interaction, by JMESPath expressions that the admin
// writes.
//
// A mapping is a table: `for_each` (an expression giving the events in one delivery), `kind`,
// `external_id`, `occurred_at`, `name`, `email`, `phone`, `user_id`, `subject`, `text`, each an
// expression, `data` (an expression giving an object, or a table of name and expression) and
// `required` (fields that must give a value). Without one the neutral event of the README is read.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "connectors/webhook/jmespath.hpp"

namespace tributary::webhook {

// One event as the mapping found it: texts as they were, "" where there was nothing.
struct MappedEvent {
    MappedEvent() = default;
    std::string kind;
    std::string external_id;
    std::optional<Timestamp> occurred_at;
    std::string name;
    std::string email;
    std::string phone;
    std::string user_id;
    std::string subject;
    std::string text;
    boost::json::object data;
};

// An Error of reason "mapping" about `field`.
Error mapping_error(std::string field, std::string what);

class Mapping {
 public:
    // `table` is the setting, or null for neutral events. All faults are collected, one FieldError
    // each, named by the field.
    static Result<Mapping> compile(const boost::json::value& table);

    // The events in one delivery. `context` holds $headers, $query and $root.
    Result<std::vector<boost::json::value>> events(const boost::json::value& body,
                                                   const boost::json::object& context) const;
    // Reason "mapping", naming the field, when a field has the wrong type or a required one
    // nothing.
    Result<MappedEvent> apply(const boost::json::value& event,
                              const boost::json::object& context) const;

    bool has_for_each() const { return for_each_.has_value(); }
    bool is_neutral() const { return is_neutral_; }
    // Names of the headers its expressions read.
    std::vector<std::string> headers() const;

 private:
    Result<boost::json::value> find(const std::string& field, const boost::json::value& event,
                                    const boost::json::object& context) const;
    Result<std::string> find_text(const std::string& field, const boost::json::value& event,
                                  const boost::json::object& context) const;
    Result<boost::json::object> find_data(const boost::json::value& event,
                                          const boost::json::object& context) const;

    bool is_neutral_ = false;
    std::optional<Expression> for_each_;
    std::map<std::string, Expression> fields_;  // "data.total" for the entries of a data table
    std::vector<std::string> required_;
};

}  // namespace tributary::webhook
