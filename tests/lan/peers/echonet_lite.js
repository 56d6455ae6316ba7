// A node made with echonet-lite (npm), as its README shows it, driven over stdin: one request a line, {do: [name, ...]},
// answered by one line {result}. Every frame that it hears is a line {from, port, els}. Its end is the end of stdin.
'use strict';

const readline = require('readline');
const EL = require('echonet-lite');

const ON = [0x30];
const superclass = {
    '80': ON,
    '81': [0x08],
    '82': [0x00, 0x00, 0x52, 0x00],
    '88': [0x42],
    '8a': [0x00, 0x00, 0x77],
};
const objects = {
    // an air conditioner with sixteen readable properties: its map 9F is in the bit form
    '013001': {
        ...superclass,
        '84': [0x01, 0xf4],
        '8f': [0x42],
        '9d': [0x05, 0x80, 0x81, 0x8f, 0xa0, 0xb0],
        '9e': [0x07, 0x80, 0x81, 0x84, 0x8f, 0xa0, 0xb0, 0xb3],
        '9f': [0x10, 0x0d, 0x01, 0x01, 0x08, 0x01, 0, 0, 0, 0x01, 0, 0x09, 0x08, 0, 0x02, 0x0a, 0x03],
        'a0': [0x41],
        'b0': [0x42],
        'b3': [0x18],
        'ba': [0x32],
        'bb': [0x1d],
        'be': [0x10],
    },
    '029001': {
        ...superclass,
        '9d': [0x02, 0x80, 0x81],
        '9e': [0x02, 0x80, 0x81],
        '9f': [0x08, 0x80, 0x81, 0x82, 0x88, 0x8a, 0x9d, 0x9e, 0x9f],
    },
};

function say(line) {
    process.stdout.write(JSON.stringify(line) + '\n');
}

function heard(rinfo, els, error) {
    if (error) {
        say({from: rinfo.address, port: rinfo.port, error: String(error)});
        return;
    }
    say({from: rinfo.address, port: rinfo.port, els});
    if (els.DEOJ.substr(0, 4) === '0ef0') {
        return; // the library has answered
    }
    if (els.ESV === EL.GET) {
        EL.replyGetDetail(rinfo, els, objects);
    } else if (els.ESV === EL.SETI || els.ESV === EL.SETC) {
        EL.replySetDetail(rinfo, els, objects);
    }
}

const actions = {
    facilities: () => EL.facilities,
    forget: () => { EL.facilities = {}; },
    call: (name, ...args) => { EL[name](...args); },
    autoGet: (yes) => { EL.autoGetProperties = yes; },
};

function bound(socket) {
    return new Promise((done) => {
        try {
            socket.address();
            done();
        } catch {
            socket.once('listening', done);
        }
    });
}

async function main() {
    const sockets = await EL.initialize(Object.keys(objects), heard, 0,
        {v4: process.argv[2], v6: 'eth0', ignoreMe: true, autoGetProperties: false, autoGetDelay: 20, debugMode: false});
    await Promise.all([bound(sockets.sock4), bound(sockets.sock6)]);
    readline.createInterface({input: process.stdin}).on('line', (line) => {
        const [name, ...args] = JSON.parse(line).do;
        say({result: actions[name](...args) ?? null});
    }).on('close', () => process.exit(0));
    say({result: 'ready'});
}

main();
