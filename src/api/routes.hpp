// The route groups of the table, one function and one file each.
#pragma once

#include "api/context.hpp"
#include "http/router.hpp"

namespace tributary {

void add_schemas(http::Router& router);
void add_customer_routes(http::Router& router, ApiContext& context);
void add_ticket_routes(http::Router& router, ApiContext& context);
void add_interaction_routes(http::Router& router, ApiContext& context);
void add_change_routes(http::Router& router, ApiContext& context);
void add_session_routes(http::Router& router, ApiContext& context);   // sign in and out, oneself
void add_provider_routes(http::Router& router, ApiContext& context);  // by an identity provider
void add_agent_routes(http::Router& router, ApiContext& context);     // agents, teams, tokens
void add_house_routes(http::Router& router,
                      ApiContext& context);  // connectors, quarantine, search
void add_audit_routes(http::Router& router, ApiContext& context);
void add_privacy_routes(http::Router& router, ApiContext& context);
void add_intake_routes(http::Router& router, ApiContext& context);  // the connectors' mounts
void add_meta_routes(http::Router& router,
                     ApiContext& context);  // healthz, readyz, metrics, openapi, web app

}  // namespace tributary
