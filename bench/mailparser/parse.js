// Parses framed mails ("<decimal length>\n<bytes>") from a file with npm's mailparser, one after the other.
// Prints "messages bytes seconds".
const fs = require("fs");
const { simpleParser } = require("mailparser");

async function main() {
    const data = fs.readFileSync(process.argv[2]);
    const mails = [];
    for (let at = 0; at < data.length;) {
        const end = data.indexOf(10, at);
        const length = parseInt(data.toString("latin1", at, end), 10);
        mails.push(data.subarray(end + 1, end + 1 + length));
        at = end + 1 + length;
    }
    for (const mail of mails.slice(0, 20)) await simpleParser(mail); // lets the compiler warm up
    const began = process.hrtime.bigint();
    let bytes = 0;
    for (const mail of mails) {
        await simpleParser(mail);
        bytes += mail.length;
    }
    console.log(mails.length, bytes, Number(process.hrtime.bigint() - began) / 1e9);
}

main();
