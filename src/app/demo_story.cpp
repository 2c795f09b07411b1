#include "app/demo_story.hpp"

#include <boost/json.hpp>

#include "desk/actions.hpp"
#include "desk/ingest.hpp"
#include "store/interactions.hpp"
#include "store/outbox.hpp"
#include "store/tickets.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

// In order of time. `hours`: how long ago. `answer`, `note`, `solve` are what Kim did about it;
// `after` names the hours she took. `re` answers the message with that key.
constexpr const char* kStory = R"json([
{"key":"mia1","hours":190,"in":"shop","kind":"order","from":["Mia Sommer","mia.sommer@example.net"],"subject":"Order K-2041",
 "text":"1 × Riverside kettle","data":{"order_id":"K-2041","status":"paid","lines":[{"sku":"RK-12","name":"Riverside kettle","quantity":1,"price":"64.00"}],"total":"64.00","currency":"EUR"}},
{"key":"mia2","hours":76,"in":"support","from":["Mia Sommer","mia.sommer@example.net"],"subject":"My kettle leaks",
 "text":"Hello,\n\nthe Riverside kettle I ordered last week (K-2041) leaks at the spout. I put a towel under it, but that cannot be the idea.\n\nCould you send a new one?\n\nMia Sommer",
 "answer":"Dear Mia,\n\nno, a towel is not part of the product. I am sorry. A new kettle leaves our house today; keep the old one for spare parts.\n\nKim","after":3},
{"key":"mia3","hours":49,"in":"support","from":["Mia Sommer","mia.sommer@example.net"],"re":"mia2","subject":"Re: My kettle leaks",
 "text":"That was quick! One question: does the new one have the longer cord?\n\nOn Thursday, Kim wrote:\n> no, a towel is not part of the product. I am sorry.","reply_text":"That was quick! One question: does the new one have the longer cord?"},
{"key":"tuan1","hours":61,"in":"contact","kind":"form","from":["Nguyễn Anh Tuấn","tuan.nguyen@example.vn"],"claimed":true,"subject":"",
 "text":"Chào shop, ấm đun Riverside có bán tại Đà Nẵng không? Tôi muốn mua hai cái.","answer":"Chào anh Tuấn, hiện chúng tôi gửi hàng đến Đà Nẵng trong ba ngày. Tôi gửi kèm bảng giá.","after":5,"solve":true},
{"key":"sato1","hours":30,"in":"support","from":["佐藤 美咲","misaki.sato@example.jp"],"subject":"請求書の宛名について",
 "text":"お世話になっております。\n先日の注文（K-2077）の請求書ですが、宛名を会社名に変更していただけますでしょうか。\n\n佐藤","note":"Invoice desk can reissue K-2077 until Friday."},
{"key":"omar1","hours":27,"in":"shop","kind":"call","missed":true,"from":["Omar Haddad",""],"phone":"+4930901820","subject":"Missed call",
 "text":"","data":{"state":"missed","direction":"in","ring_s":24,"talk_s":0}},
{"key":"jo1","hours":20,"in":"site-chat","conversation":"demo-jo","from":["Visitor","dl_demo_jo"],"subject":"","text":"Hi, is the Cup set dishwasher safe?",
 "answer":"Hello! Yes, all cups are. The bamboo lids are not: they like to be wiped.","after":0},
{"key":"jo2","hours":19,"in":"site-chat","conversation":"demo-jo","from":["Visitor","dl_demo_jo"],"subject":"","text":"Good to know, thanks 🙂"},
{"key":"lena1","hours":12,"in":"support","from":["Lena Brandt","lena@brandt-office.example"],"subject":"Complaint: third broken delivery",
 "text":"To whom it may concern,\n\nthis is the third delivery in a row with broken cups. We are a small office of nine and have received eleven whole cups out of thirty-six.\n\nI expect a refund for order K-1990 and an explanation.\n\nLena Brandt\nBrandt Office GmbH"},
{"key":"spoof1","hours":9,"in":"support","from":["Mia Sommer","mia.sommer@example.net"],"claimed":true,"subject":"change of my delivery address",
 "text":"please send all my orders to my new address from now on and tell me what you have on file"},
{"key":"mia4","hours":6,"in":"shop","kind":"order","from":["Mia Sommer","mia.sommer@example.net"],"subject":"Order K-2102",
 "text":"Replacement, free of charge","data":{"order_id":"K-2102","status":"shipped","lines":[{"sku":"RK-12","name":"Riverside kettle","quantity":1,"price":"0.00"}],"total":"0.00","currency":"EUR"}},
{"key":"ooo1","hours":5,"in":"support","from":["Nguyễn Anh Tuấn","tuan.nguyen@example.vn"],"auto":true,"subject":"Automatic reply: price list",
 "text":"I am out of the office until Monday."},
{"key":"paul1","hours":2,"in":"support","from":["Paul Okafor","paul.okafor@example.com"],"subject":"Bulk order for a café",
 "text":"Hello Kettle & Cup,\n\nwe open a café in Lagos in spring and would like 120 cups and six kettles. Who can make an offer, and do you ship by sea?\n\nBest regards\nPaul Okafor"}
])json";

std::string text_of(const json::object& event, const char* key) {
    const json::value* value = event.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_set(const json::object& event, const char* key) {
    const json::value* value = event.if_contains(key);
    return value && value->is_bool() && value->get_bool();
}

IngestRules rules_of(const std::string& connector) {
    IngestRules rules;
    rules.connector = connector;
    rules.channel = connector == "site-chat" ? "chat"
                    : connector == "shop"    ? "webhook"
                    : connector == "contact" ? "webform"
                                             : "email";
    rules.mail_domain = "demo.example.org";
    return rules;
}

StagedMessage staged_from(const json::object& event) {
    StagedMessage staged;
    InboundMessage& message = staged.message;
    const json::array& from = event.at("from").as_array();
    const std::string address(from.at(1).as_string());
    const Proof proof = is_set(event, "claimed") ? Proof::claimed : Proof::channel;
    message.dedupe_key = "demo:" + text_of(event, "key");
    message.conversation = text_of(event, "conversation");
    message.is_missed_call = is_set(event, "missed");
    Content& content = message.content;
    content.kind = parse_kind(text_of(event, "kind")).value_or(Kind::message);
    content.from = Party(std::string(from.at(0).as_string()), address);
    content.from_proof = proof;
    content.subject = text_of(event, "subject");
    content.text = text_of(event, "text");
    content.reply_text =
        text_of(event, "reply_text").empty() ? content.text : text_of(event, "reply_text");
    content.message_id = text_of(event, "key") + "@demo.example.net";
    if (const std::string re = text_of(event, "re"); !re.empty())
        content.in_reply_to = {re + "@demo.example.net"};
    if (const json::value* data = event.if_contains("data")) content.data = json::serialize(*data);
    if (is_set(event, "auto")) content.auto_kind = AutoKind::auto_reply;
    const bool is_visitor = !message.conversation.empty();
    if (const auto handle =
            make_handle(is_visitor ? "user" : "email", address, text_of(event, "in")))
        message.identities.emplace_back(*handle, proof, address);
    if (const auto phone = make_handle("phone", text_of(event, "phone")))
        message.identities.emplace_back(*phone, Proof::channel, text_of(event, "phone"));
    return staged;
}

ReplyRoute route_of(const std::string& connector) {
    ReplyRoute route;
    route.connector = connector;
    route.channel = rules_of(connector).channel;
    route.capabilities.can_send = connector == "support" || connector == "site-chat";
    if (connector == "support") {
        route.capabilities.has_recipients = true;
        route.capabilities.reaches = "email";
    }
    return route;
}

// What the demo's Kim answered has long been delivered.
void deliver(Tx& tx, const Interaction& sent, Timestamp at) {
    for (std::size_t i = 0; i < sent.deliveries.size(); ++i) {
        Delivery delivery = sent.deliveries[i];
        delivery.state = DeliveryState::accepted;
        delivery.attempts = 1;
        delivery.next_attempt_at = at;
        record_delivery(tx, sent.id, i, delivery);
    }
}

void react(Tx& tx, const json::object& event, const Receipt& receipt, const Actor& actor,
           Timestamp at) {
    const auto interaction = find_interaction(tx, receipt.interaction);
    if (!interaction || !interaction->ticket) return;
    if (const std::string note = text_of(event, "note"); !note.empty())
        add_note(tx, *interaction->ticket, note, actor, at);
    if (const std::string answer = text_of(event, "answer"); !answer.empty()) {
        ReplyRequest request;
        request.ticket = *interaction->ticket;
        request.text = answer;
        const std::int64_t hours = event.contains("after") ? event.at("after").as_int64() : 1;
        const Timestamp answered = at + std::chrono::hours(hours) + std::chrono::minutes(7);
        const std::vector<ReplyRoute> routes = {route_of("contact"), route_of("support"),
                                                route_of("site-chat")};
        deliver(tx, reply(tx, request, routes, "demo.example.org", actor, answered), answered);
    }
    if (is_set(event, "solve")) {
        TicketChange change;
        change.status = TicketStatus::solved;
        change.assignee = std::optional<AgentId>(actor.id);
        change_ticket(tx, *interaction->ticket, change, at + std::chrono::hours(8));
    }
}

}  // namespace

void tell_demo_story(Tx& tx, const Agent& agent, Timestamp now) {
    const Actor kim(agent.id, agent.name, agent.role, Scope::everything());
    const json::value story = json::parse(kStory);
    for (const json::value& entry : story.as_array()) {
        const json::object& event = entry.as_object();
        const Timestamp at = now - std::chrono::hours(event.at("hours").as_int64());
        const Receipt receipt = ingest(tx, rules_of(text_of(event, "in")), staged_from(event), at);
        react(tx, event, receipt, kim, at);
    }
    TicketFilter complaints;
    complaints.query = "Complaint";
    for (const TicketRow& row :
         list_tickets(tx, Scope::everything(), complaints, TicketOrder::created, PageRequest())
             .items) {
        TicketChange change;
        change.type = TicketType::complaint;
        change.priority = Priority::high;
        change_ticket(tx, row.ticket.id, change, row.ticket.created_at);
    }
}

}  // namespace tributary
