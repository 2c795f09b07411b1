#include <boost/json.hpp>

#include "api/routes.hpp"

namespace tributary {
namespace {

// JSON Schema 2020-12, as OpenAPI 3.1 takes it. tests/integration checks replies against these.
constexpr const char* kSchemas = R"json({
"Problem": {"type": "object", "required": ["type", "title", "status"], "properties": {
  "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
  "reason": {"type": "string"},
  "errors": {"type": "array", "items": {"type": "object", "required": ["pointer", "detail"], "properties": {
    "pointer": {"type": "string"}, "detail": {"type": "string"}}}}}},
"Party": {"type": "object", "required": ["name", "address"], "properties": {
  "name": {"type": ["string", "null"]}, "address": {"type": ["string", "null"]}}},
"Sender": {"type": "object", "required": ["name", "address", "proof"], "properties": {
  "name": {"type": ["string", "null"]}, "address": {"type": ["string", "null"]}, "proof": {"$ref": "#/components/schemas/Proof"}}},
"Proof": {"enum": ["none", "claimed", "channel", "signed"]},
"AgentRef": {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}},
"Agent": {"type": "object", "required": ["id", "name", "email", "role", "disabled", "teams", "created_at"], "properties": {
  "id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"},
  "teams": {"type": ["array", "null"], "items": {"type": "string"}, "description": "Ids of the teams whose connectors the agent sees; null: all connectors."},
  "disabled": {"type": "boolean"}, "created_at": {"type": "string", "format": "date-time"}}},
"NewAgent": {"type": "object", "required": ["name", "email"], "properties": {
  "name": {"type": "string"}, "email": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"},
  "teams": {"type": ["array", "null"], "items": {"type": "string"}}}},
"AgentChange": {"type": "object", "properties": {
  "name": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"}, "disabled": {"type": "boolean"},
  "teams": {"type": ["array", "null"], "items": {"type": "string"}}}},
"Invitation": {"type": "object", "required": ["token", "url", "expires_at"], "properties": {
  "token": {"type": "string"}, "url": {"type": "string"}, "expires_at": {"type": "string", "format": "date-time"}}},
"Offboard": {"type": "object", "properties": {"to": {"type": ["string", "null"], "description": "Who gets the open work; null: nobody yet."}}},
"OffboardReport": {"type": "object", "required": ["agent", "to", "sessions_ended", "tokens_revoked", "invitations_withdrawn", "provider_links_removed", "tickets", "customers"], "properties": {
  "agent": {"$ref": "#/components/schemas/Agent"}, "to": {"type": ["string", "null"]}, "sessions_ended": {"type": "integer"},
  "tokens_revoked": {"type": "integer"}, "invitations_withdrawn": {"type": "integer"}, "provider_links_removed": {"type": "integer"},
  "tickets": {"type": "array", "items": {"type": "integer"}, "description": "Numbers of the tickets handed over."},
  "customers": {"type": "array", "items": {"type": "integer"}}}},
"Team": {"type": "object", "required": ["id", "name", "connectors", "created_at"], "properties": {
  "id": {"type": "string"}, "name": {"type": "string"}, "connectors": {"type": "array", "items": {"type": "string"}},
  "created_at": {"type": "string", "format": "date-time"}}},
"NewTeam": {"type": "object", "required": ["name"], "properties": {
  "name": {"type": "string", "maxLength": 100}, "connectors": {"type": "array", "items": {"type": "string"}}}},
"TeamChange": {"type": "object", "properties": {
  "name": {"type": "string", "maxLength": 100}, "connectors": {"type": "array", "items": {"type": "string"}}}},
"TeamPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Team"}}, "next": {"type": ["string", "null"]}}},
"NewSession": {"type": "object", "required": ["email", "password"], "properties": {
  "email": {"type": "string"}, "password": {"type": "string"}, "totp": {"type": "string", "description": "The code of the second factor, or a recovery code."}}},
"Session": {"type": "object", "required": ["agent", "role", "csrf_token"], "properties": {
  "agent": {"$ref": "#/components/schemas/Agent"}, "role": {"$ref": "#/components/schemas/Role"},
  "csrf_token": {"type": "string", "description": "To send as X-CSRF-Token with whatever changes something."}}},
"SignInWays": {"type": "object", "required": ["password", "provider"], "properties": {
  "password": {"type": "boolean"},
  "provider": {"anyOf": [{"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}, {"type": "null"}]}}},
"ProviderJourney": {"type": "object", "properties": {"invitation": {"type": "string", "description": "The token of an invitation to take up."}}},
"PasswordChange": {"type": "object", "required": ["current", "password"], "properties": {
  "current": {"type": "string"}, "password": {"type": "string", "minLength": 8}}},
"PasswordAgain": {"type": "object", "required": ["password"], "properties": {"password": {"type": "string"}}},
"SecondFactor": {"type": "object", "required": ["secret", "uri"], "properties": {"secret": {"type": "string"}, "uri": {"type": "string"}}},
"FactorCode": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}},
"RecoveryCodes": {"type": "object", "required": ["recovery_codes"], "properties": {"recovery_codes": {"type": "array", "items": {"type": "string"}}}},
"AcceptInvitation": {"type": "object", "required": ["token", "password"], "properties": {
  "token": {"type": "string"}, "password": {"type": "string", "minLength": 8}}},
"SetUp": {"type": "object", "required": ["token", "name", "email", "password"], "properties": {
  "token": {"type": "string"}, "name": {"type": "string"}, "email": {"type": "string"}, "password": {"type": "string", "minLength": 8}}},
"AgentPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Agent"}}, "next": {"type": ["string", "null"]}}},
"Role": {"enum": ["reader", "agent", "admin"]},
"Token": {"type": "object", "required": ["id", "name", "role", "created_at", "revoked_at"], "properties": {
  "id": {"type": "string"}, "name": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"},
  "created_at": {"type": "string"}, "revoked_at": {"type": ["string", "null"]}}},
"NewToken": {"type": "object", "required": ["name", "role"], "properties": {
  "name": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"}}},
"NewTokenReply": {"allOf": [{"$ref": "#/components/schemas/Token"}, {"type": "object", "required": ["token"], "properties": {"token": {"type": "string"}}}]},
"TokenPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}}, "next": {"type": ["string", "null"]}}},
"Me": {"type": "object", "required": ["agent", "role", "newest_change", "public_url", "undo_s", "second_factor", "recovery_codes", "csrf_token"], "properties": {
  "second_factor": {"type": "boolean"}, "recovery_codes": {"type": "integer", "description": "How many are left."},
  "csrf_token": {"type": ["string", "null"], "description": "Of a session; null for a token."},
  "agent": {"$ref": "#/components/schemas/Agent"}, "role": {"$ref": "#/components/schemas/Role"},
  "newest_change": {"type": "integer"}, "public_url": {"type": "string"},
  "undo_s": {"type": "integer", "minimum": 0, "maximum": 60, "description": "How long this house lets a reply wait, so that it can be taken back."}}},
"AuditRow": {"type": "object", "required": ["seq", "at", "actor", "action", "subject", "detail", "hash"], "properties": {
  "seq": {"type": "integer"}, "at": {"type": "string", "format": "date-time"},
  "actor": {"type": "string", "description": "An agent's id, \"console\" for a command, \"house\" for the daemon itself."},
  "action": {"type": "string"}, "subject": {"type": "string"}, "detail": {"type": "object"}, "hash": {"type": "string"}}},
"AuditPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/AuditRow"}}, "next": {"type": ["string", "null"]}}},
"Erasure": {"type": "object", "required": ["id", "erased_at", "finished_at", "counts"], "properties": {
  "id": {"type": "string"}, "erased_at": {"type": "string", "format": "date-time"},
  "finished_at": {"type": ["string", "null"], "description": "When no page and no file held anything of it any more; null until then."},
  "counts": {"type": "object", "required": ["customers", "identities", "tickets", "interactions", "blobs", "quarantined", "cancelled", "redacted"], "properties": {
    "customers": {"type": "integer"}, "identities": {"type": "integer"}, "tickets": {"type": "integer"}, "interactions": {"type": "integer"},
    "blobs": {"type": "integer"}, "quarantined": {"type": "integer"}, "cancelled": {"type": "integer"},
    "redacted": {"type": "integer", "description": "Interactions of others that quoted or named the customer."}}}}},
"Identity": {"type": "object", "required": ["kind", "value", "proof", "scope", "display", "stale"], "properties": {
  "stale": {"type": "boolean"}, "kind": {"type": "string"}, "value": {"type": "string"}, "proof": {"$ref": "#/components/schemas/Proof"},
  "scope": {"type": ["string", "null"]}, "display": {"type": "string"}}},
"Customer": {"type": "object", "required": ["id", "number", "display_name", "identities", "owner", "fields", "created_at", "version"], "properties": {
  "id": {"type": "string"}, "number": {"type": "integer"}, "display_name": {"type": "string"},
  "identities": {"type": "array", "items": {"$ref": "#/components/schemas/Identity"}},
  "owner": {"anyOf": [{"$ref": "#/components/schemas/AgentRef"}, {"type": "null"}]},
  "fields": {"type": "object"}, "created_at": {"type": "string", "format": "date-time"}, "version": {"type": "integer"},
  "merge": {"type": "string", "description": "Only in the answer to a merge: what unmerge takes."}}},
"CustomerPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Customer"}}, "next": {"type": ["string", "null"]}}},
"NewCustomer": {"type": "object", "required": ["display_name"], "properties": {
  "display_name": {"type": "string", "maxLength": 200},
  "identities": {"type": "array", "items": {"type": "object", "required": ["kind", "value"], "properties": {
    "kind": {"type": "string"}, "value": {"type": "string"}}}}}},
"CustomerChange": {"type": "object", "properties": {
  "display_name": {"type": "string"}, "owner": {"type": ["string", "null"]}, "fields": {"type": "object"}}},
"MergeCustomer": {"type": "object", "required": ["other"], "properties": {"other": {"type": "string"}}},
"UnmergeCustomer": {"type": "object", "required": ["merge"], "properties": {"merge": {"type": "string"}}},
"Attachment": {"type": "object", "required": ["filename", "content_type", "size", "sha256", "inline", "content_id"], "properties": {
  "id": {"type": "string"}, "filename": {"type": ["string", "null"]}, "content_type": {"type": "string"}, "size": {"type": "integer"},
  "sha256": {"type": "string"}, "inline": {"type": "boolean"}, "content_id": {"type": ["string", "null"]}}},
"Delivery": {"type": "object", "required": ["name", "address", "state", "attempts", "next_attempt_at", "remote_id", "diagnostic", "maybe_sent_twice"], "properties": {
  "name": {"type": ["string", "null"]}, "address": {"type": ["string", "null"]}, "state": {"enum": ["queued", "accepted", "failed", "cancelled"]},
  "attempts": {"type": "integer"}, "next_attempt_at": {"type": ["string", "null"]}, "remote_id": {"type": ["string", "null"]},
  "diagnostic": {"type": ["string", "null"]}, "maybe_sent_twice": {"type": "boolean"}}},
"Interaction": {"type": "object",
  "required": ["id", "seq", "customer_id", "ticket_id", "ticket_number", "connector", "occurred_at", "received_at", "claimed", "agent",
    "deliveries", "send_at", "why", "has_raw", "kind", "channel", "direction", "external_id", "sent_at", "from", "reply_to", "to", "cc", "subject",
    "text", "reply_text", "html_sanitized", "attachments", "message_id", "in_reply_to", "references", "auto", "bounce", "data", "warnings"],
  "properties": {
  "id": {"type": "string"}, "seq": {"type": "integer"}, "customer_id": {"type": "string"}, "ticket_id": {"type": ["string", "null"]},
  "ticket_number": {"type": ["integer", "null"]}, "connector": {"type": ["string", "null"]}, "occurred_at": {"type": "string"},
  "received_at": {"type": "string"}, "claimed": {"type": "boolean"},
  "agent": {"anyOf": [{"$ref": "#/components/schemas/AgentRef"}, {"type": "null"}]},
  "deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}},
  "send_at": {"type": ["string", "null"], "description": "When it is to leave, while it waits for that; till then it can be cancelled."},
  "why": {"type": "object", "required": ["customer", "ticket"], "properties": {"customer": {"type": "string"}, "ticket": {"type": "string"}}},
  "has_raw": {"type": "boolean"},
  "kind": {"enum": ["message", "call", "form", "order", "survey", "visit", "note", "system"]}, "channel": {"type": "string"},
  "direction": {"enum": ["in", "out", "internal"]}, "external_id": {"type": ["string", "null"]}, "sent_at": {"type": ["string", "null"]},
  "from": {"anyOf": [{"$ref": "#/components/schemas/Sender"}, {"type": "null"}]},
  "reply_to": {"type": "array", "items": {"$ref": "#/components/schemas/Party"}},
  "to": {"type": "array", "items": {"$ref": "#/components/schemas/Party"}},
  "cc": {"type": "array", "items": {"$ref": "#/components/schemas/Party"}},
  "subject": {"type": "string"}, "text": {"type": "string"}, "reply_text": {"type": "string"},
  "html_sanitized": {"type": ["string", "null"]},
  "attachments": {"type": "array", "items": {"$ref": "#/components/schemas/Attachment"}},
  "message_id": {"type": ["string", "null"]}, "in_reply_to": {"type": "array", "items": {"type": "string"}},
  "references": {"type": "array", "items": {"type": "string"}},
  "auto": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["none", "auto_reply", "bounce", "feedback", "receipt", "list", "loop"]}}},
  "bounce": {"type": ["object", "null"]}, "data": {"type": "object"}, "warnings": {"type": "array", "items": {"type": "string"}}}},
"InteractionPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Interaction"}}, "next": {"type": ["string", "null"]}}},
"NewInteraction": {"type": "object", "required": ["customer", "kind"], "properties": {
  "customer": {"type": "string"}, "ticket": {"type": "string"}, "connector": {"type": "string", "description": "Whose teams see it, where it has no ticket."}, "kind": {"type": "string"}, "direction": {"enum": ["in", "out", "internal"]},
  "subject": {"type": "string"}, "text": {"type": "string"}, "data": {"type": "object"}, "occurred_at": {"type": "string"}}},
"Ticket": {"type": "object",
  "required": ["id", "number", "customer", "connector", "channel", "subject", "status", "type", "priority", "assignee", "claimed",
    "created_at", "updated_at", "waiting_since", "last_change", "version", "merged_into", "claims_to_belong_to", "last_words", "last_author"],
  "properties": {
  "id": {"type": "string"}, "number": {"type": "integer"},
  "customer": {"type": "object", "required": ["id", "number", "display_name"], "properties": {
    "id": {"type": "string"}, "number": {"type": "integer"}, "display_name": {"type": "string"}}},
  "connector": {"type": ["string", "null"]}, "channel": {"type": ["string", "null"]}, "subject": {"type": "string"},
  "status": {"enum": ["open", "pending", "solved", "closed"]}, "type": {"enum": ["request", "complaint", "question", "other"]},
  "priority": {"enum": ["low", "normal", "high", "urgent"]},
  "assignee": {"anyOf": [{"$ref": "#/components/schemas/AgentRef"}, {"type": "null"}]},
  "claimed": {"type": "boolean"}, "created_at": {"type": "string"}, "updated_at": {"type": "string"},
  "waiting_since": {"type": ["string", "null"]}, "last_change": {"type": "integer"}, "version": {"type": "integer"},
  "merged_into": {"type": ["string", "null"]},
  "claims_to_belong_to": {"anyOf": [{"type": "object", "required": ["id", "number"], "properties": {"id": {"type": "string"}, "number": {"type": "integer"}}}, {"type": "null"}]},
  "last_words": {"type": "string"}, "last_author": {"type": "string"}}},
"ReplyPlan": {"type": "object", "required": ["available", "reason", "connector", "channel", "to", "cc", "subject", "warnings", "has_subject", "has_html", "has_recipients", "max_text"], "properties": {
  "available": {"type": "boolean"}, "reason": {"type": "string"}, "connector": {"type": ["string", "null"]}, "channel": {"type": ["string", "null"]},
  "to": {"type": "array", "items": {"$ref": "#/components/schemas/Party"}}, "cc": {"type": "array", "items": {"$ref": "#/components/schemas/Party"}},
  "subject": {"type": "string"}, "warnings": {"type": "array", "items": {"type": "string"}}, "has_subject": {"type": "boolean"}, "has_html": {"type": "boolean"}, "has_recipients": {"type": "boolean"},
  "max_text": {"type": "integer"}}},
"TicketView": {"allOf": [{"$ref": "#/components/schemas/Ticket"}, {"type": "object", "required": ["interactions", "reply"], "properties": {
  "interactions": {"type": "array", "items": {"$ref": "#/components/schemas/Interaction"}}, "reply": {"$ref": "#/components/schemas/ReplyPlan"}}}]},
"TicketPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Ticket"}}, "next": {"type": ["string", "null"]}}},
"NewTicket": {"type": "object", "required": ["customer", "subject"], "properties": {
  "customer": {"type": "string"}, "connector": {"type": "string", "description": "Whose teams see it; who sees several teams' connectors only must say."}, "subject": {"type": "string", "maxLength": 998}, "text": {"type": "string"},
  "type": {"type": "string"}, "priority": {"type": "string"}}},
"TicketChange": {"type": "object", "properties": {
  "status": {"type": "string"}, "type": {"type": "string"}, "priority": {"type": "string"}, "assignee": {"type": ["string", "null"]},
  "subject": {"type": "string"}}},
"NewReply": {"type": "object", "properties": {
  "text": {"type": "string", "description": "Required without html."}, "html": {"type": "string", "description": "Made safe by the server; without text, the text is made from it."},
  "to": {"type": "array", "items": {"$ref": "#/components/schemas/Party"}},
  "cc": {"type": "array", "items": {"$ref": "#/components/schemas/Party"}},
  "attachments": {"type": "array", "maxItems": 20, "items": {"anyOf": [
    {"type": "object", "required": ["filename", "data"], "properties": {
      "filename": {"type": "string"}, "content_type": {"type": "string"}, "data": {"type": "string", "description": "base64"},
      "content_id": {"type": "string", "maxLength": 100, "description": "What the HTML names it by, as in <img src=\"cid:…\">."}}},
    {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "description": "A file that stands on this ticket already."}}}]}},
  "seen": {"type": "integer", "description": "The ticket's last_change the agent saw; a ticket that moved on answers 409."},
  "send_at": {"type": "string", "format": "date-time", "description": "Not before then; at most a year ahead."},
  "undo_s": {"type": "integer", "minimum": 0, "maximum": 60, "description": "Seconds it waits, so that it can be cancelled; 0 unless said otherwise."}}},
"NewNote": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
"MergeTicket": {"type": "object", "required": ["other"], "properties": {"other": {"type": ["string", "integer"]}}},
"Connector": {"type": "object", "required": ["name", "channel", "title", "state", "reason", "last_in", "last_out", "backlog", "queued", "restarts", "provisioned", "capabilities"], "properties": {
  "name": {"type": "string"}, "channel": {"type": "string"}, "title": {"type": "string"},
  "state": {"enum": ["starting", "up", "degraded", "down", "auth_failed", "paused"]}, "reason": {"type": "string"},
  "last_in": {"type": ["string", "null"]}, "last_out": {"type": ["string", "null"]}, "backlog": {"type": ["integer", "null"]},
  "queued": {"type": "integer"}, "restarts": {"type": "integer"}, "provisioned": {"type": "boolean"}, "capabilities": {"type": "object"}}},
"ConnectorPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Connector"}}, "next": {"type": ["string", "null"]}}},
"CheckReply": {"type": "object", "required": ["ok", "steps"], "properties": {"ok": {"type": "boolean"},
  "steps": {"type": "array", "items": {"type": "object", "required": ["name", "ok", "detail"], "properties": {
    "name": {"type": "string"}, "ok": {"type": "boolean"}, "detail": {"type": "string"}}}}}},
"ConsentReply": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
"ChannelPage": {"type": "object", "required": ["items", "next"], "properties": {"items": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["string", "null"]}}},
"QuarantineItem": {"type": "object", "required": ["id", "connector", "channel", "reason", "detail", "sender", "subject", "state", "received_at"], "properties": {
  "id": {"type": "string"}, "connector": {"type": "string"}, "channel": {"type": "string"}, "reason": {"type": "string"}, "detail": {"type": "string"},
  "sender": {"type": ["string", "null"]}, "subject": {"type": ["string", "null"]}, "state": {"enum": ["waiting", "replayed", "discarded"]},
  "received_at": {"type": "string"}}},
"QuarantinePage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/QuarantineItem"}}, "next": {"type": ["string", "null"]}}},
"QuarantineView": {"allOf": [{"$ref": "#/components/schemas/QuarantineItem"}, {"type": "object", "required": ["content"], "properties": {
  "content": {"type": ["object", "null"], "description": "As far as its connector can read it: the fields of an interaction's content; null where it reads nothing."}}}]},
"QuarantineReply": {"type": "object", "required": ["id", "state"], "properties": {"id": {"type": "string"}, "state": {"type": "string"}, "interaction": {"type": "string"}}},
"SearchHit": {"type": "object", "required": ["kind", "id", "title", "snippet", "customer_id", "at"], "properties": {
  "kind": {"enum": ["customer", "ticket", "interaction"]}, "id": {"type": "string"}, "title": {"type": "string"}, "snippet": {"type": "string"},
  "customer_id": {"type": ["string", "null"]}, "at": {"type": "string"}}},
"SearchPage": {"type": "object", "required": ["items", "next"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/SearchHit"}}, "next": {"type": ["string", "null"]}}},
"Change": {"type": "object", "required": ["seq", "kind", "ids"], "properties": {
  "seq": {"type": "integer"}, "kind": {"type": "string"}, "ids": {"type": "array", "items": {"type": "string"}}}},
"ChangePage": {"type": "object", "required": ["items", "newest"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}}, "newest": {"type": "integer"}}}
})json";

}  // namespace

void add_schemas(http::Router& router) {
    const boost::json::value schemas = boost::json::parse(kSchemas);
    for (const auto& [name, schema] : schemas.get_object())
        router.add_schema(std::string(name), schema);
}

}  // namespace tributary
