---@meta warifu
-- Made by tools/generate.py from bindings/lua/reference.

---@alias warifu.Eoj integer|string
---@alias warifu.Epc integer|string
---@alias warifu.Property integer|string
---@alias warifu.Class integer|string
---@alias warifu.Values table<integer|string, any>
---@alias warifu.Event table<string, any>
---@alias warifu.Certificate table<string, any>

---@class warifu.ControllerOptions
---@field identity? warifu.Identity|string an identity or its file; without one it can't pair
---@field former? warifu.Identity|string the identity before a renewal, of the same number: peers that know only that one are told the new certificate
---@field build_date? integer of this software, in seconds since 1970: no date before it is right
---@field state? string directory that keeps the pairings; without one they end with the controller
---@field address? string|string[] one of this host's addresses, or a list; not together with `interface`
---@field interface? string|string[] a name, or a list; without it and `address`: every interface
---@field port? integer 3610
---@field policy? warifu.Policy|string `"strict"`, which it is without this, `"mixed"`, `"open"`, or a policy
---@field known? string[] addresses that the policy calls known
---@field listeners_off? string[] what it does not listen to: some of `"hello"`, `"plaintext"`, `"group"`, `"ipv6"`
---@field dictionary? warifu.Dictionary what names mean; `warifu.dictionary` unless given
---@field groups? boolean false: no group: each peer is told and asked alone
---@field trace? fun(traced: table)|warifu.TraceFile is called with every traced datagram, or a file that `trace.open` gave
---@field keylog? string a file for the keys of its sessions: see `endpoint:log_keys`
---@field filter? fun(sent: boolean, address: string?, datagram: string, multicast: boolean): any says what becomes of each datagram: `false` drops it, bytes take its place, a number holds it back for so many seconds, all else lets it pass; without an address it goes to everybody; it may call what hooks may
---@field product_code? string 8C of the node profile, up to 12 ASCII characters; without it there is none
---@field production_number? string 8D of it, likewise
---@field timeout? number of each message of `get` and `set`; 20 s for one property, 60 s for more
---@field gap? number rest of a node between its answer and the next message; 0.1 s, paired peers have none
---@field interview? boolean `true`: every node that is found is asked for its property maps in the background

---@class warifu.DeviceOptions: warifu.ControllerOptions
---@field objects? table<warifu.Eoj, table> EOJ -> properties, as in `add`
---@field on_set? fun(eoj: integer, epc: integer, old: string, new: string): any asked before a value of the right size is taken; `false` refuses it
---@field on_get? fun(eoj: integer, epc: integer, old: string): any asked before a property is read; bytes are its present value, `nil` keeps the old one, `false` refuses
---@field decide_within? number seconds that a decision may take which comes later (10); then the property is refused
---@field setup_code? warifu.SetupCode|string its own, a SetupCode or its text: who pairs has to know it, and to be under the device's roots
---@field code_alone? boolean `true`: the set-up code will do, whatever root the controller has
---@field number? string of a device without an identity; without one it is the number in `state`, or a new one
---@field listens? integer other members of each group that it hears too, at most 255 (0)
---@field transmission_only? boolean the device announces and answers nothing; its profile is 0EF002
---@field check_values? boolean `true`: values that the dictionary doesn't know for a property (type, range, states) are refused, from others and from `put`, and codes that are read-only from others. Each object's 82 says in which release
---@field answer_delay? number longest random wait of an answer to a multicast request (0.5 s; 0: none)

---@class warifu.VirtualDeviceOptions
---@field class? warifu.Class its class: `"homeAirConditioner"` or 0x0130
---@field appliances? table[] in place of a class: several objects in one node, each `{class=, instance=, name=, release=, with=, values=, model=}`; instances count by themselves
---@field instance? integer the last byte of its EOJ (1)
---@field release? string the letter in its 82, which says what it has; the newest (R)
---@field with? string|string[] properties beside those that are required, by name; `"all"`: all that the release knows
---@field values? table<string, any> what it begins with: properties by name, and `plugged` (is the car there?) of an EV charger, `battery` (percent) of a lock
---@field model? table its own behaviour in place of that of the class: `{start=, step=, show=, power=, put=, with=, announces=}`, as in `virtual.models`
---@field name? string what it is called; the name of the class
---@field state? string its state directory: pairings, identity and set-up code stay (`identity.pem`, `setup-code` in it). Without one it is somebody new each time
---@field identity? warifu.Identity|string who it is; without one its own, of which only the set-up code vouches
---@field code? string|boolean the file that keeps its set-up code; `false`: it has none, and pairs by roots alone
---@field plain? boolean `true`: ECHONET Lite without Device Authentication
---@field window? number opens the pairing window for so many seconds
---@field faults? table what goes wrong from the start, as in `virtual_device:fault`
---@field seed? integer what losses and delays are drawn from
---@field sim? warifu.Home the simulated home that it lives in
---@field date? integer its local time, in seconds since 1970, when it begins; now, in a simulated home 1790000000 (13:33)
---@field speed? number how many seconds pass in it in one second (1)
---@field tick? number|false seconds between two steps of its behaviour (1); `false`: only `step` moves it
---@field on_set? fun(eoj: integer, epc: integer, old: string, new: string): any hears what others set, and refuses it by `false`
---@field dictionary? warifu.Dictionary what names mean; `warifu.dictionary` unless given
---@field address? string|string[] as of a controller; so are `interface`, `port`, `policy`, `known`, `listeners_off`, `trace` and, of a device, `answer_delay`

---@class warifu
---@field version string text
---@field errors table<string, {code: integer, name: string, nature: string, what: string, next: string}> NAME -> `{code=, name=, nature=, what=, next=}`
---@field dictionary warifu.Dictionary
---@field codec warifu.Codec
---@field Authority warifu.Authority
---@field Identity warifu.Identity
---@field SetupCode warifu.SetupCode
---@field Policy warifu.Policy
---@field Controller warifu.Controller
---@field Device warifu.Device
---@field keeping warifu.Keeping
---@field trace warifu.Trace
---@field sim warifu.Sim
---@field pki warifu.Pki
---@field scheduler warifu.Scheduler
---@field virtual warifu.Virtual
local warifu = {}

---@class warifu.Authority
local Authority = {}

---@class warifu.Identity
---@field number string its identification number
---@field role string `"device"` or `"controller"`
---@field fingerprint string SHA-256 of its certificate, in hexadecimal
---@field not_after integer seconds since 1970
local Identity = {}

---@class warifu.SetupCode
---@field fingerprint string SHA-256 of the device's SubjectPublicKeyInfo in hexadecimal: no secret
local SetupCode = {}

---@class warifu.Policy
---@field name string what it is called
---@field extends string? what it extends; nil: nothing
---@field is_for_laboratory boolean is it made to protect nothing?
---@overload fun(name: string): warifu.Policy
local Policy = {}

---@class warifu.Endpoint
---@field number string its identification number
local Endpoint = {}

---@class warifu.Controller: warifu.Endpoint
---@overload fun(options?: warifu.ControllerOptions): warifu.Controller?, string?, string?
local Controller = {}

---@class warifu.Device: warifu.Endpoint
---@overload fun(options?: warifu.DeviceOptions): warifu.Device?, string?, string?
local Device = {}

---@class warifu.Node
---@field number string its identification number; of a node in clear what it says
---@field address string where it is at this moment
---@field role string of a peer
---@field fingerprint string of a peer
---@field is_connected boolean of a peer: there is a session at this moment
local Node = {}

---@class warifu.RemoteObject
---@field node warifu.Node whose it is
---@field eoj integer its EOJ
local RemoteObject = {}

---@class warifu.Later
local Later = {}

---@class warifu.Task
local Task = {}

---@class warifu.Group
local Group = {}

---@class warifu.Home
local Home = {}

---@class warifu.VirtualDevice
---@field node warifu.Device the node itself: a `warifu.Device`
---@field number string its identification number; what it is called
---@field name string its identification number; what it is called
---@field code warifu.SetupCode its set-up code, if it has one; `code_path` is where that is kept
---@field appliances table[] its objects, each with `eoj`, `name` and `class`, and `put`, `get` and `power` (W) of its own
---@overload fun(options?: warifu.VirtualDeviceOptions): warifu.VirtualDevice?, string?, string?
local VirtualDevice = {}

---@class warifu.VirtualHome
---@field devices warifu.VirtualDevice[] its devices, in their order
local VirtualHome = {}

---@class warifu.Store
local Store = {}

---@class warifu.TraceFile
local TraceFile = {}

---@class warifu.Dictionary
---@field OVERFLOW any the special values of the specification
---@field UNDERFLOW any the special values of the specification
---@field UNDEFINED any the special values of the specification
---@field NO_DATA any the special values of the specification
local Dictionary = {}

---@class warifu.Codec
local Codec = {}

---@class warifu.Keeping
local Keeping = {}

---@class warifu.Trace
local Trace = {}

---@class warifu.Sim
local Sim = {}

---@class warifu.Pki
local Pki = {}

---@class warifu.Scheduler
local Scheduler = {}

---@class warifu.Virtual
---@field models table<integer, table> class -> how it behaves: `start()` gives a state, `step(state, seconds, world)` lets time pass in it, `show(state)` says what its properties are, `power(state)` what it takes in W. Pure functions, for tests that don't wait
local Virtual = {}

--- seconds of a clock that never goes back
---@return number
function warifu.now() end

--- a new identification number under the maker code for experiments (FFFFFF)
---@return string
function warifu.random_number() end

--- the usual state directory; nothing uses it unless told to
---@return string?
---@return string? message
---@return string? code
function warifu.default_state() end

--- why nothing arrives (how to read it): a list of `{severity=, id=, what=, next=, detail=}`, the worst first;
--- empty when all is well. The options are those of a controller; `peer` is the address of a node that should be
--- there. It takes up to two seconds
---@param options? {address?: string|string[], interface?: string|string[], port?: integer, state?: string, peer?: string}
---@return {severity: string, id: string, what: string, next: string, detail: string}[]?
---@return string? message
---@return string? code
function warifu.doctor(options) end

--- the audit log of a state directory (nil: the usual one), whose node may run or not: what `endpoint:audit()`
--- gives, and in `damaged` how many entries of the store nobody can read. Fails with STORE where there is no state
---@param state? string
---@return table[]?
---@return string? message
---@return string? code
function warifu.audit(state) end

--- the same as `codec.decode`
---@param frame string
---@param dictionary? warifu.Dictionary
---@return string?
---@return string? message
---@return string? code
function warifu.decode(frame, dictionary) end

--- runs `main` as a task and gives what it returned; tasks that are left then are cancelled. Without `main`: until
--- all that were spawned have ended. What a task raises while nobody waits for it is raised here, with its
--- traceback, after the others were cancelled
---@param main? function
---@param ... any
---@return any
function Scheduler.run(main, ...) end

--- begins a task; it runs when the present one waits, or when `run` or `step` is called
---@param action function
---@param ... any
---@return warifu.Task
function Scheduler.spawn(action, ...) end

--- lets the others run for so long; outside a task it only waits
---@param seconds number
function Scheduler.sleep(seconds) end

--- for the loop of somebody else, which drives all tasks, controllers and devices by it: does what there is to do,
--- without waiting; is a task left? Raises as `run` does; the other tasks go on
---@return boolean
function Scheduler.step() end

--- one descriptor to wait for, until it is readable
---@return integer
function Scheduler.pollfd() end

--- always `"r"`
---@return string
function Scheduler.events() end

--- seconds after which it wants a `step` though nothing came in; also sends what waits to be sent
---@return number
function Scheduler.timeout() end

--- waits until it ended, and gives what its function returned; raises what that raised. Fails with CANCELLED. To be
--- called in another task, or when it has ended
---@return any?
---@return string? message
---@return string? code
function Task:wait() end

--- ends it where it waits: its `<close>` variables are closed, its requests cancelled; no `pcall` of its own holds
--- it. False when it had ended. A task can be a `<close>` variable, which is cancelled so
---@return boolean
function Task:cancel() end

--- has it ended?
---@return boolean
function Task:is_over() end

--- a list of `{code=, id=, en=, ja=, since=, until_release=}`
---@return {code: integer, id: string, en: string, ja: string, since: string, until_release: string}[]
function Dictionary.classes() end

--- one of them
---@param class warifu.Class
---@return {code: integer, id: string, en: string, ja: string, since: string, until_release: string}?
---@return string? message
---@return string? code
function Dictionary.find_class(class) end

--- `{class=, epc=, id=, en=, ja=, get=, set=, inf=, since=, until_release=, in_release=, atomic=, min_size=,
--- max_size=}`; the rules are `"none"`, `"optional"`, `"required"`, `"required_c"`, `"required_o"`
---@param class warifu.Class
---@param property warifu.Property
---@param release? string
---@return table<string, any>?
---@return string? message
---@return string? code
function Dictionary.find(class, property, release) end

--- all of a class, those of the superclass among them
---@param class warifu.Class
---@param release? string
---@return table<string, any>[]?
---@return string? message
---@return string? code
function Dictionary.properties(class, release) end

--- every entry of the class itself, of all releases
---@param class warifu.Class
---@return table<string, any>[]?
---@return string? message
---@return string? code
function Dictionary.entries(class) end

--- `{kind=, min_size=, max_size=, minimum=, maximum=, step=, unit=, coefficients=, max_hour=, min_items=,
--- max_items=, states=, members=}`, as far as the kind has them; `members` have a `type` each
---@param class warifu.Class
---@param property warifu.Property
---@param release? string
---@return table<string, any>?
---@return string? message
---@return string? code
function Dictionary.type(class, property, release) end

--- the value, and its unit where it has one
---@param class warifu.Class
---@param property warifu.Property
---@param bytes string
---@param release? string
---@return any?
---@return string? message
---@return string? code
function Dictionary.decode(class, property, bytes, release) end

--- the value for people: `"26 Celsius"`; empty for bytes and for what holds other values
---@param class warifu.Class
---@param property warifu.Property
---@param bytes string
---@param release? string
---@return string?
---@return string? message
---@return string? code
function Dictionary.text(class, property, bytes, release) end

--- bytes; with `to_set` only of what can be set
---@param class warifu.Class
---@param property warifu.Property
---@param value any
---@param options? {release?: string, to_set?: boolean}
---@return string?
---@return string? message
---@return string? code
function Dictionary.encode(class, property, value, options) end

--- the letter in a device's property 82, or nil
---@param bytes string
---@return string?
function Dictionary.release_of(bytes) end

--- a dictionary with the vendors' classes and properties of a JSON file over this one: it has the same functions,
--- and is an option (`dictionary`) of controllers and devices. Fails with OVERLAY, whose message names the place
--- that is wrong, and STORE
---@param path string
---@return warifu.Dictionary?
---@return string? message
---@return string? code
function Dictionary.load(path) end

--- a table: `format` 1: `tid`, `seoj`, `deoj`, `esv`, `properties` (a list of `{epc=, edt=}`), for SetGet and its
--- answers `gets`, where there is more `trailing`. `format` 2: `tid`, `arbitrary`. Fails with FRAME
---@param bytes string
---@return table<string, any>?
---@return string? message
---@return string? code
function Codec.parse(bytes) end

--- the reverse: bytes. `tid` may be left out (0). Fails with TOO_SMALL above a datagram of 1,232 bytes
---@param frame table
---@return string?
---@return string? message
---@return string? code
function Codec.compose(frame) end

--- text of any frame, ECHONET Lite or Device Authentication, given as bytes or hexadecimal; names are those of
--- `warifu.dictionary` unless another one is given
---@param frame string
---@param dictionary? warifu.Dictionary
---@return string?
---@return string? message
---@return string? code
function Codec.decode(frame, dictionary) end

--- the same of any bytes, in one line that begins with the TID; it never fails
---@param datagram string
---@param dictionary? warifu.Dictionary
---@return string
function Codec.line(datagram, dictionary) end

--- `"Get_Res"` for 0x72
---@param esv integer
---@return string
function Codec.esv_name(esv) end

--- the codes in a property map (9D, 9E, 9F). Fails with PROPERTY_MAP
---@param edt string
---@return integer[]?
---@return string? message
---@return string? code
function Codec.property_map(edt) end

--- the reverse: a property map's bytes
---@param epcs warifu.Epc[]
---@return string
function Codec.compose_property_map(epcs) end

--- a frame of Device Authentication: `tid`, `type`, `name`, and what its type has of `hello`, `flags`, `cookie`,
--- `tag`, `nonce`, `connection_id`, `kid`, `piv`, `payload`. Fails with FRAME
---@param bytes string
---@return table<string, any>?
---@return string? message
---@return string? code
function Codec.parse_da(bytes) end

--- upper-case digits
---@param bytes string
---@return string
function Codec.hex(bytes) end

--- bytes of hexadecimal digits; blanks and colons don't count. Fails with ARGUMENT
---@param text string
---@return string?
---@return string? message
---@return string? code
function Codec.unhex(text) end

--- a root, in a new or empty folder (mode 0700), or in memory. Says on the standard error that a product's keys
--- belong elsewhere
---@param name string
---@param options? {folder?: string, days?: integer}
---@return warifu.Authority?
---@return string? message
---@return string? code
function Authority.create(name, options) end

--- the one in that folder. Fails with STORE, STORE_LOCKED, AUTHORITY
---@param folder string
---@return warifu.Authority?
---@return string? message
---@return string? code
function Authority.open(folder) end

--- a CA under the root: `"issuing"` for both roles, `"devices"` or `"controllers"`
---@param kind string
---@param name string
---@param options? {days?: integer}
---@return true?
---@return string? message
---@return string? code
function Authority:add_ca(kind, name, options) end

--- of the root, or of a CA, in DER
---@param kind? string
---@return string?
---@return string? message
---@return string? code
function Authority:certificate(kind) end

--- an identity; `role` is `"device"` or `"controller"`; without a number it gets a random one
---@param role string
---@param number? string
---@param options? {name?: string, days?: integer}
---@return warifu.Identity?
---@return string? message
---@return string? code
function Authority:issue(role, number, options) end

--- for the key of a PKCS#10 request (PEM or DER): PEM text of chain and root. Fails with REQUEST where they
--- disagree
---@param request string
---@param options? {role?: string, number?: string, name?: string, days?: integer}
---@return string?
---@return string? message
---@return string? code
function Authority:sign(request, options) end

--- same subject, role and number: an identity for an identity; PEM text for a serial number, or for the key of a
--- request
---@param what warifu.Identity|string
---@param options? {request?: string, days?: integer}
---@return (warifu.Identity|string)?
---@return string? message
---@return string? code
function Authority:renew(what, options) end

--- puts an identity's certificate, or that of a serial number, on the next list
---@param what warifu.Identity|string
---@param reason? string
---@return true?
---@return string? message
---@return string? code
function Authority:revoke(what, reason) end

--- the next list of every CA: a table of DER by kind, in the folder as `KIND.crl.pem` too
---@param options? {days?: integer}
---@return table<string, string>?
---@return string? message
---@return string? code
function Authority:publish(options) end

--- a list of tables: `serial`, `certificate`, `issuer`, `not_after`, and `role`, `number`, `revoked`, `reason`
--- where there are any
---@return table<string, any>[]
function Authority:issued() end

--- wipes its keys; the folder is free
function Authority:close() end

--- its PEM file: key, certificates, trusted roots. Fails with STORE (also when others may read the file), PEM, DER,
--- CERTIFICATE, KEY
---@param path string
---@return warifu.Identity?
---@return string? message
---@return string? code
function Identity.load(path) end

--- of such a text
---@param text string
---@return warifu.Identity?
---@return string? message
---@return string? code
function Identity.parse(text) end

--- the text of such a file, private key included: it stays in Lua's memory as long as Lua likes; with `public` the
--- certificates alone. Fails with ARGUMENT when the key is in a token and `public` isn't set
---@param options? {public?: boolean}
---@return string?
---@return string? message
---@return string? code
function Identity:text(options) end

--- its chain, the end certificate first, and as a second result the roots that it trusts: lists of DER for
--- `warifu.pki`
---@return string[]
function Identity:certificates() end

--- writes such a file, for its owner alone
---@param path string
---@return true?
---@return string? message
---@return string? code
function Identity:save(path) end

--- a certificate request (PKCS#10, DER) for its key, with its number and role
---@param options? {name?: string}
---@return string?
---@return string? message
---@return string? code
function Identity:request(options) end

--- the same key with what an authority signed for it: PEM text of chain and roots. Fails with KEY (it is for
--- another key), CHAIN, PEM, CERTIFICATE, ARGUMENT (its key is in a token)
---@param certificates string
---@return warifu.Identity?
---@return string? message
---@return string? code
function Identity:certified(certificates) end

--- a certificate request (PKCS#10, DER) signed by a key in a PKCS#11 token, which with `make` is made first. Fails
--- with TOKEN
---@param options? {module?: string, token?: string, key?: string, pin?: string, name?: string, number?: string, role?: string, make?: boolean}
---@return string?
---@return string? message
---@return string? code
function Identity.pkcs11_request(options) end

--- an identity whose key stays there; `certificates` is PEM text of chain and roots. It can't be saved. Fails with
--- TOKEN, KEY
---@param certificates string
---@param options? {module?: string, token?: string, key?: string, pin?: string}
---@return warifu.Identity?
---@return string? message
---@return string? code
function Identity.from_pkcs11(certificates, options) end

--- a certificate: `serial`, `name` (its commonName, where the subject is one of ours), `number`, `role`,
--- `not_before`, `not_after` (seconds since 1970), `is_ca`, `path_len`, `issuer`, `subject` (names in DER),
--- `public_key`, `key_fingerprint`, `fingerprint` (SHA-256), all in hexadecimal, and `der`. Its signature isn't
--- looked at. Fails with PEM, DER, CERTIFICATE, POINT
---@param text string
---@return warifu.Certificate?
---@return string? message
---@return string? code
function Pki.certificate(text) end

--- a request (PKCS#10): `name`, `number`, `role`, `asks_ca`, `subject`, `public_key`, `key_fingerprint`. Its sender
--- holds the key: that is checked. Fails with PEM, DER, REQUEST, POINT, SIGNATURE
---@param text string
---@return table<string, any>?
---@return string? message
---@return string? code
function Pki.request(text) end

--- a revocation list, whose signature by the CA with the certificate `issuer` is checked: `issuer` (SHA-256 of its
--- name), `number`, `this_update`, `next_update` (seconds since 1970), `serials`. Fails with PEM, DER, CRL, CHAIN,
--- SIGNATURE
---@param text string
---@param issuer string
---@return {issuer: string, number: integer, this_update: integer, next_update: integer, serials: string[]}?
---@return string? message
---@return string? code
function Pki.revocation_list(text, issuer) end

--- judges a chain, the end certificate first, under trusted roots: the path with its root. `role` is what the end
--- has to be, `at` the time that counts, now unless given. Lists, or texts with several certificates. After the
--- code comes the place of who is at fault, from 1 on. Fails with CHAIN, UNTRUSTED, SIGNATURE, EXPIRED,
--- NOT_YET_VALID, WRONG_ROLE, CERTIFICATE, PEM, DER
---@param chain string|string[]
---@param roots string|string[]
---@param options? {role?: string, at?: integer}
---@return warifu.Certificate[]?
---@return string? message
---@return string? code
function Pki.judge(chain, roots, options) end

--- all blocks of a PEM text: a list of `{label=, der=}`. Fails with PEM
---@param text string
---@return {label: string, der: string}[]?
---@return string? message
---@return string? code
function Pki.blocks(text) end

--- PEM text of DER, under a label such as `"CERTIFICATE"`, `"CERTIFICATE REQUEST"`, `"X509 CRL"`
---@param label string
---@param der string
---@return string
function Pki.pem(label, der) end

--- reads a code as scanned or typed. Fails with NOT_A_CODE and says what is wrong, and where
---@param text string
---@return warifu.SetupCode?
---@return string? message
---@return string? code
function SetupCode.parse(text) end

--- a new code, with a fresh secret, for the device with this identity's key
---@param identity warifu.Identity
---@return warifu.SetupCode?
---@return string? message
---@return string? code
function SetupCode.make(identity) end

--- the code in a file, which is its owner's alone. Fails with STORE, NOT_A_CODE
---@param path string
---@return warifu.SetupCode?
---@return string? message
---@return string? code
function SetupCode.load(path) end

--- the code in the file; where there is none, a new one, kept there. Fails with WRONG_DEVICE when it is another
--- key's
---@param path string
---@param identity warifu.Identity
---@return warifu.SetupCode?
---@return string? message
---@return string? code
function SetupCode.load_or_make(path, identity) end

--- what options do with a code: a text is read, a code stays
---@param value warifu.SetupCode|string
---@return warifu.SetupCode?
---@return string? message
---@return string? code
function SetupCode.of(value) end

--- writes its file. Fails with STORE
---@param path string
---@return true?
---@return string? message
---@return string? code
function SetupCode:save(path) end

--- the code itself, secret included; `grouped`: in groups of four, for people who type it
---@param options? {grouped?: boolean}
---@return string?
---@return string? message
---@return string? code
function SetupCode:text(options) end

--- drawn with block characters for a dark terminal; `ascii`: with `##`; `invert`: for a light one
---@param options? {ascii?: boolean, invert?: boolean}
---@return string?
---@return string? message
---@return string? code
function SetupCode:qr(options) end

--- is it the code of the device with this key?
---@param identity warifu.Identity
---@return boolean
function SetupCode:belongs_to(identity) end

--- the policy of a file; names are those of `warifu.dictionary` unless another one is given. Fails with
--- POLICY_FILE, whose message names line, column and what to write instead, and STORE
---@param path string
---@param options? {dictionary?: warifu.Dictionary}
---@return warifu.Policy?
---@return string? message
---@return string? code
function Policy.load(path, options) end

--- of such a text
---@param text string
---@param options? {dictionary?: warifu.Dictionary}
---@return warifu.Policy?
---@return string? message
---@return string? code
function Policy.parse(text, options) end

--- its own rules as a file, which `parse` reads back as the same
---@return string?
---@return string? message
---@return string? code
function Policy:to_json() end

--- which rule decides: `{allowed=, peer=, policy=, rule=, line=, why=, text=}`. `peer` is a kind (`"unknown"`,
--- `"known"`, `"member"`, `"paired"`), `access` `"read"`, `"write"`, `"notify"` or `"announce"`; `text` is the
--- sentence. Without `rule` no rule fits, and it is denied
---@param peer string
---@param object warifu.Eoj
---@param property warifu.Property
---@param access string
---@return {allowed: boolean, peer: string, policy: string, rule: string?, line: integer?, why: string?, text: string}?
---@return string? message
---@return string? code
function Policy:explain(peer, object, property, access) end

--- all peers at once
---@return warifu.Group
function Controller:group() end

--- a list of nodes, maybe empty (devices may wait a second before they answer everybody, so less than 2 s misses
--- some), or of those at `address`, which may be a list: `address`, `other_address` (where the same number answered
--- in IPv6), `number`, `objects` (list of EOJs), `da` (nil, or `is_device`, `is_controller`, `window_open`,
--- `window_seconds`, `has_pairings`, `demands_code`, `demands_root`, `suites`). Nothing of it is proven. With an
--- identity those that take the arbitrary format, as they say in 82, are asked for `da`; `greet` asks all, which
--- makes some devices deaf
---@param options? {timeout?: number, address?: string|string[]|warifu.Node, greet?: boolean}
---@return warifu.Node[]?
---@return string? message
---@return string? code
function Controller:discover(options) end

--- asks everybody who is there and gives all nodes that are known, as `controller:known()` does. Who stayed silent
--- is then asked alone, in the background: the event `node_gone` tells who is not there any more
---@param options? {timeout?: number}
---@return warifu.Node[]?
---@return string? message
---@return string? code
function Controller:rescan(options) end

--- all nodes that were heard: `address`, `other_address` (in the other family), `number`, `objects`, `is_online`,
--- `reason` (why it is not; a name of the error table), `maker` and `version` (8A and 82 of its profile, in
--- hexadecimal, after an interview), `limit` (most properties that it takes in one message, once that is learnt).
--- They, and those that `discover` gives, are followed: `address`, `other_address`, `is_online`, `reason` and
--- `limit` are as they are now
---@return warifu.Node[]
function Controller:known() end

--- drops a node with all that was learnt of it; it comes back when it is heard
---@param node warifu.Node
function Controller:forget(node) end

--- pairs with the device there (a node or an address) and gives it as a peer. `code` is its set-up code, a
--- SetupCode or its text: then no root has to vouch for the device, unless `root_too`. `number` names the device;
--- without both `confirm(number)` must return true. `progress(step)`: started, address_confirmed, device_verified,
--- keys_agreed, confirmed. What got no answer is begun anew for `duration` seconds. Fails with WINDOW_CLOSED,
--- CODE_NEEDED, WRONG_CODE, LOCKED_OUT, NO_ANSWER, PLAINTEXT_ONLY, UNTRUSTED, WRONG_DEVICE, PAIRINGS_FULL,
--- PAIRING_INCOMPLETE, ... A failure may take its time: no unproven answer ends the attempt early
---@param node warifu.Node|string
---@param options? {code?: warifu.SetupCode|string, root_too?: boolean, number?: string, confirm?: fun(number: string): boolean, progress?: fun(step: string), duration?: number}
---@return warifu.Node?
---@return string? message
---@return string? code
function Controller:pair(node, options) end

--- a node to talk to in clear; if a peer is there, it is the peer that is asked
---@param address string|warifu.Node
---@return warifu.Node
function Controller:node(address) end

--- reads properties of all objects of a class: who answered within `timeout` seconds (3). Fails with NO_SESSION
--- (nobody is in the group), STATE (no groups here), NOT_IN_DICTIONARY
---@param class warifu.Class
---@param keys warifu.Property[]
---@param options? {timeout?: number}
---@return table<string, any>[]?
---@return string? message
---@return string? code
function Group:get(class, keys, options) end

--- sets them, once, or with `repeatable` again after 1 and 3 s: the same list. A command more than 10 s late is
--- refused. Fails with WRONG_VALUE, and what `get` fails with
---@param class warifu.Class
---@param values warifu.Values
---@param options? {timeout?: number, repeatable?: boolean}
---@return table<string, any>[]?
---@return string? message
---@return string? code
function Group:set(class, values, options) end

--- how it is, as in `endpoint:groups()`; nil as long as no peer has had a session
---@return table<string, any>?
function Group:state() end

--- gives it new keys; the old ones count for 30 s more. Fails with STATE (no groups here)
---@return true?
---@return string? message
---@return string? code
function Group:renew() end

--- the pairings
---@return warifu.Node[]
function Endpoint:peers() end

--- the group that a controller manages, or those that a device is a member of: `id` (8 digits of the group, 4 of
--- its epoch), `manager` (a peer; nil: this node), `members` (who have the keys; on a device whom it listens to),
--- `waiting` (peers who have not), `next_number`
---@return table<string, any>[]
function Endpoint:groups() end

--- ends one; fails with UNPAIRED_HERE_ONLY when the peer could not be told
---@param peer warifu.Node
---@return true?
---@return string? message
---@return string? code
function Endpoint:unpair(peer) end

--- removes a pairing here, whether the peer is there or not; it isn't told. Fails with NOT_PAIRED, STORE
---@param peer warifu.Node
---@return true?
---@return string? message
---@return string? code
function Endpoint:forget_peer(peer) end

--- erases all pairings and their keys; no peer is told. Fails with STATE (no identity), STORE, ENTROPY: call again
---@return true?
---@return string? message
---@return string? code
function Endpoint:factory_reset() end

--- what happened next and no `watch` heard; fails with NO_ANSWER when nothing did in time
---@param timeout? number
---@return warifu.Event?
---@return string? message
---@return string? code
function Endpoint:next_event(timeout) end

--- the same for a loop: `for event in controller:watch(60) do`. Each such loop, in a task of its own, hears
--- everything; what nobody hears is kept for the next (1024 events). A `"notification"` has `eoj`, `properties`
--- (epc -> bytes) and `values` (name -> value, of what the dictionary knows); so has a device's `"property_set"`,
--- beside `eoj`, `epc` and `value`
---@param timeout? number
---@return fun(): warifu.Event?
function Endpoint:watch(timeout) end

--- announces properties of an own object as they are now: to peers under their sessions, to everybody in clear what
--- the policy lets be announced. Changes are announced by themselves
---@param eoj warifu.Eoj
---@param epcs warifu.Epc[]
---@return true?
---@return string? message
---@return string? code
function Endpoint:inf(eoj, epcs) end

--- one message as it is and all answers to it: `{address=, eoj=, service=, properties=, gets=}` each, one of every
--- object. `service`: SetI, SetC, Get, INF_REQ, SetGet, INF, INFC; `properties`: EPCs, or `{epc=, edt=}`; `to`: a
--- node, a peer, an address, or nothing: everybody, in clear. A refusal is an answer; then a message and
--- `"REFUSED"` follow the list
---@param service string
---@param eoj warifu.Eoj
---@param properties table[]
---@param options? {to?: warifu.Node|string, gets?: table[], timeout?: number, repeatable?: boolean}
---@return {address: string, eoj: integer, service: string, properties: table[], gets: table[]?}[]?
---@return string? message
---@return string? code
function Endpoint:request(service, eoj, properties, options) end

--- the certificate of a CA and its list, PEM text or DER. At once no certificate on it counts: a paired peer on it
--- is unpaired (event `unpaired` with error REVOKED). Fails with UNTRUSTED, SIGNATURE, CHAIN, CRL, CRL_OLD,
--- CRL_EXPIRED, NOT_YET_VALID, STATE (no identity or no state), PEM, DER, STORE, ...
---@param issuer string
---@param crl string
---@return true?
---@return string? message
---@return string? code
function Endpoint:take_revocation_list(issuer, crl) end

--- gives it to a peer, which judges it so. Fails with what the peer said, or NO_ANSWER
---@param peer warifu.Node
---@param issuer string
---@param crl string
---@return true?
---@return string? message
---@return string? code
function Endpoint:send_revocation_list(peer, issuer, crl) end

--- the lists held: `issuer` (SHA-256 of its name), `number`, `this_update`, `next_update` (seconds since 1970),
--- `entries`, `kept`
---@return {issuer: string, number: integer, this_update: integer, next_update: integer, entries: integer, kept: integer}[]
function Endpoint:revocation_lists() end

--- which rule of the policy decides: a table as of `policy:explain`. `peer` is a pairing, an address (who asks from
--- there in clear), or `"unknown"`, `"known"`, `"member"`, `"paired"`
---@param peer warifu.Node|string
---@param object warifu.Eoj
---@param property warifu.Property
---@param access string
---@return table<string, any>?
---@return string? message
---@return string? code
function Endpoint:explain(peer, object, property, access) end

--- where it is; opened by interface: without a port
---@return string[]
function Endpoint:addresses() end

--- names of the interfaces in use at this moment: they come and go without a restart
---@return string[]
function Endpoint:interfaces() end

--- counters, name -> count
---@return table<string, integer>
function Endpoint:counters() end

--- calls `action()` once in so many seconds, while a method of it waits. Hooks may call it too
---@param seconds number
---@param action fun()
function Endpoint:after(seconds, action) end

--- the audit log, oldest entry first: a list of `{sequence=, boot=, at=, last=, date=, what=, error=, count=,
--- from_many=, number=, address=, eoj=, epc=, text=, json=}`, as far as there is something. `at` and `last` are
--- seconds of that boot's clock, `date` is in seconds since 1970, `what` is one of these, `text` and `json` have
--- all of it in a line
---@return table<string, any>[]?
---@return string? message
---@return string? code
function Endpoint:audit() end

--- from here on `sink` gets every datagram, as the option `trace` does; nil: nobody does
---@param sink? fun(traced: table)|warifu.TraceFile
function Endpoint:set_trace(sink) end

--- writes the keys of its sessions, those there are and each new one, to a key log; nil ends it. It says so on the
--- standard error each time. Fails with STORE; with STATE without an identity, and in a build without key log
---@param path? string
---@return true?
---@return string? message
---@return string? code
function Endpoint:log_keys(path) end

--- sends any bytes; without an address to every group
---@param address? string
---@param datagram string
---@return true?
---@return string? message
---@return string? code
function Endpoint:send_raw(address, datagram) end

--- for the loop of somebody else: does what there is to do, never waits, and gives the next event or nil. To be
--- called again until it gives nil
---@return warifu.Event?
---@return string? message
---@return string? code
function Endpoint:step() end

--- the descriptor to wait for until it is readable: one for all sockets. It stays the object's own and ends with
--- it; nil in a simulated home
---@return integer?
---@return string? message
---@return string? code
function Endpoint:pollfd() end

--- what to wait for there, as cqueues asks: always `"r"`
---@return string
function Endpoint:events() end

--- seconds after which it wants a `step` though nothing came in; also sends what waits to be sent
---@return number
function Endpoint:timeout() end

--- ends it; what is under way leaves
function Endpoint:close() end

--- a table epc -> bytes, or name -> value for those asked by name; names are those of the release that the object
--- says (82), read the first time. Fails with WRONG_VALUE when what came by name is none. When the object refused
--- some: `nil, message, "REFUSED", values` with those that it gave; with `partial` those alone, without a word.
--- `force` asks for several also where the object's map 9F does not list them
---@param eoj warifu.Eoj
---@param ... warifu.Property|{timeout?: number, force?: boolean, partial?: boolean}
---@return warifu.Values?
---@return string? message
---@return string? code
function Node:get(eoj, ...) end

--- `values` are epc -> bytes or name -> value. `true` when all were taken; the message of REFUSED names those that
--- were not. With `verify` (true: 20, or seconds) they are read back until they are there; after REFUSED comes what
--- is there instead. `repeatable`: it may be sent twice
---@param eoj warifu.Eoj
---@param values warifu.Values
---@param options? {timeout?: number, verify?: boolean|number, repeatable?: boolean}
---@return true?
---@return string? message
---@return string? code
function Node:set(eoj, values, options) end

--- however many: epc -> `{status=, value=}`; `status` is `"value"`, `"refused"`, `"silent"` (the node answers, but
--- not to this), `"no_room"` or `"unlisted"`: not asked for, since the object's map 9F, read before, does not list
--- it. `force` asks all the same
---@param eoj warifu.Eoj
---@param epcs warifu.Epc[]
---@param options? {timeout?: number, force?: boolean}
---@return table<integer, {status: string, value: string?}>?
---@return string? message
---@return string? code
function Node:get_many(eoj, epcs, options) end

--- of every instance of the class by one message: EOJ -> epc -> bytes, as far as they answered in 3 seconds or
--- `timeout`
---@param eoj warifu.Eoj
---@param epcs warifu.Epc[]
---@param options? {timeout?: number}
---@return table<integer, table<integer, string>>?
---@return string? message
---@return string? code
function Node:get_each(eoj, epcs, options) end

--- writes an index and reads what it selects (EPCs or names), with SetGet or with SetC and Get in one go. What was
--- read, as of `get`. A SetGet that is ignored is split only if `repeatable`
---@param eoj warifu.Eoj
---@param values warifu.Values
---@param properties warifu.Property[]
---@param options? {timeout?: number, repeatable?: boolean}
---@return warifu.Values?
---@return string? message
---@return string? code
function Node:set_get(eoj, values, properties, options) end

--- the same for what is read by an index: the dictionary knows which property that is, and `index` is a value of it
---@param eoj warifu.Eoj
---@param index any
---@param properties warifu.Property[]
---@param options? {timeout?: number, repeatable?: boolean}
---@return warifu.Values?
---@return string? message
---@return string? code
function Node:get_at(eoj, index, properties, options) end

--- writes without asking for an answer (SetI). Fails with REFUSED when one comes within 2 seconds or `timeout`;
--- silence means nothing
---@param eoj warifu.Eoj
---@param values warifu.Values
---@param options? {timeout?: number}
---@return true?
---@return string? message
---@return string? code
function Node:set_i(eoj, values, options) end

--- asks for an announcement: epc -> bytes. In clear everybody hears it, of a peer only this node. Refused as in
--- `get`
---@param eoj warifu.Eoj
---@param epcs warifu.Epc[]
---@param options? {timeout?: number}
---@return table<integer, string>?
---@return string? message
---@return string? code
function Node:inf_req(eoj, epcs, options) end

--- tells this node alone properties of an object of ours as they are now (INF)
---@param eoj warifu.Eoj
---@param epcs warifu.Epc[]
---@return true?
---@return string? message
---@return string? code
function Node:inf(eoj, epcs) end

--- the same, and waits until it is confirmed (INFC)
---@param eoj warifu.Eoj
---@param epcs warifu.Epc[]
---@param options? {timeout?: number}
---@return true?
---@return string? message
---@return string? code
function Node:infc(eoj, epcs, options) end

--- asks each object, the node profile first, for its property maps: EOJ -> `{inf=, set=, get=}`, lists of EPCs
---@param options? {timeout?: number}
---@return table<integer, {inf: integer[], set: integer[], get: integer[]}>?
---@return string? message
---@return string? code
function Node:interview(options) end

--- one of its objects by its EOJ, or by its class (`"homeAirConditioner"`) and which one of it; nothing is sent.
--- Fails with NOT_IN_DICTIONARY
---@param object warifu.Eoj
---@param instance? integer
---@return warifu.RemoteObject?
---@return string? message
---@return string? code
function Node:object(object, instance) end

--- asks which objects it has: a list of them
---@param options? {timeout?: number}
---@return warifu.RemoteObject[]?
---@return string? message
---@return string? code
function Node:instances(options) end

--- as `peer:get`; of a single property its value
---@param ... warifu.Property|{timeout?: number, force?: boolean, partial?: boolean}
---@return any?
---@return string? message
---@return string? code
function RemoteObject:get(...) end

--- asks what can be read (`"get"`, without `access`), set (`"set"`) or is announced (`"inf"`): names, and EPCs of
--- what has none
---@param access? string
---@param options? {timeout?: number}
---@return ((string|integer)[])?
---@return string? message
---@return string? code
function RemoteObject:properties(access, options) end

--- as `peer:set`
---@param values warifu.Values
---@param options? {timeout?: number, verify?: boolean|number, repeatable?: boolean}
---@return true?
---@return string? message
---@return string? code
function RemoteObject:set(values, options) end

--- as `peer:get_many`
---@param epcs warifu.Epc[]
---@param options? {timeout?: number, force?: boolean}
---@return table<integer, {status: string, value: string?}>?
---@return string? message
---@return string? code
function RemoteObject:get_many(epcs, options) end

--- as `peer:get_each`
---@param epcs warifu.Epc[]
---@param options? {timeout?: number}
---@return table<integer, table<integer, string>>?
---@return string? message
---@return string? code
function RemoteObject:get_each(epcs, options) end

--- as `peer:set_get`
---@param values warifu.Values
---@param properties warifu.Property[]
---@param options? {timeout?: number, repeatable?: boolean}
---@return warifu.Values?
---@return string? message
---@return string? code
function RemoteObject:set_get(values, properties, options) end

--- as `peer:get_at`
---@param index any
---@param properties warifu.Property[]
---@param options? {timeout?: number, repeatable?: boolean}
---@return warifu.Values?
---@return string? message
---@return string? code
function RemoteObject:get_at(index, properties, options) end

--- as `peer:set_i`
---@param values warifu.Values
---@param options? {timeout?: number}
---@return true?
---@return string? message
---@return string? code
function RemoteObject:set_i(values, options) end

--- as `peer:inf_req`
---@param epcs warifu.Epc[]
---@param options? {timeout?: number}
---@return table<integer, string>?
---@return string? message
---@return string? code
function RemoteObject:inf_req(epcs, options) end

--- as `peer:inf`
---@param epcs warifu.Epc[]
---@return true?
---@return string? message
---@return string? code
function RemoteObject:inf(epcs) end

--- as `peer:infc`
---@param epcs warifu.Epc[]
---@param options? {timeout?: number}
---@return true?
---@return string? message
---@return string? code
function RemoteObject:infc(epcs, options) end

--- an object, at any time; others are told. epc -> bytes (for reading), or epc -> `{value=, access="get set inf",
--- size=}`, where `size` is a length or `{least, most}`. 80 81 82 88 8A are added where they are missing; the
--- property maps are always there. For `"0EF001"` they are added to the node profile, or take the place of its 80,
--- 82, 8A, BF. Fails with ARGUMENT, CAPACITY (256 objects)
---@param eoj warifu.Eoj
---@param properties table<warifu.Epc, any>
---@return true?
---@return string? message
---@return string? code
function Device:add(eoj, properties) end

--- takes an object away; others are told. Fails with NO_OBJECT
---@param eoj warifu.Eoj
---@return true?
---@return string? message
---@return string? code
function Device:remove(eoj) end

--- one more property of an object that is there, as in `add`
---@param eoj warifu.Eoj
---@param epc warifu.Epc
---@param property string|table
---@return true?
---@return string? message
---@return string? code
function Device:add_property(eoj, epc, property) end

--- takes one away
---@param eoj warifu.Eoj
---@param epc warifu.Epc
---@return true?
---@return string? message
---@return string? code
function Device:remove_property(eoj, epc) end

--- inside a hook, which returns it: the decision comes later. At most 16 wait; one more is refused
---@return warifu.Later
function Device:later() end

--- that decision. For a get `bytes` are the value, for a set they take the place of those asked for; without them
--- it is the stored value, or the one asked for. Fails with STATE when it is too late, ARGUMENT when the property
--- has no such value
---@param bytes? string
---@return true?
---@return string? message
---@return string? code
function Later:accept(bytes) end

--- the other decision
---@return true?
---@return string? message
---@return string? code
function Later:refuse() end

--- writes bytes by EPC or a value by name; peers are told where `inf` says so. Fails with NO_OBJECT, NO_PROPERTY,
--- ARGUMENT, by name with NOT_IN_DICTIONARY, WRONG_VALUE
---@param eoj warifu.Eoj
---@param property warifu.Property
---@param value any
---@return true?
---@return string? message
---@return string? code
function Device:put(eoj, property, value) end

--- reads: bytes of an EPC, the value of a name
---@param eoj warifu.Eoj
---@param property warifu.Property
---@return any?
---@return string? message
---@return string? code
function Device:get_own(eoj, property) end

--- lets a controller pair, or so many: 180 s, at most 900. Fails with STATE without an identity, LOCKED_OUT after
--- 39 times in 24 hours of operation
---@param seconds? number
---@param pairings? integer
---@return true?
---@return string? message
---@return string? code
function Device:open_window(seconds, pairings) end

--- ends it before its time
function Device:close_window() end

--- `{left=, pairings=, failures=, opened_today=}`: seconds (0: closed), pairings it still takes, wrong proofs of
--- the code, windows of the last 24 hours of operation
---@return {left: number, pairings: integer, failures: integer, opened_today: integer}
function Device:window() end

--- works for that long, without `seconds` for ever; `on_event(event)` ends it by returning false
---@param seconds? number
---@param on_event? fun(event: warifu.Event): boolean?
---@return true?
---@return string? message
---@return string? code
function Device:serve(seconds, on_event) end

--- the pairings, also while a node uses the directory: a list of `{number=, fingerprint=, role=, address=,
--- confirmed=}`; `{error=}` for one that nobody can read
---@param state? string
---@return table<string, any>[]?
---@return string? message
---@return string? code
function Keeping.peers(state) end

--- removes the peer with this number; it isn't told. Fails with NOT_PAIRED
---@param number string
---@param state? string
---@return true?
---@return string? message
---@return string? code
function Keeping.forget(number, state) end

--- removes the pairings that nobody can read: how many
---@param state? string
---@return integer?
---@return string? message
---@return string? code
function Keeping.forget_damaged(state) end

--- a factory reset: no pairing and no key of one stays
---@param state? string
---@return true?
---@return string? message
---@return string? code
function Keeping.reset(state) end

--- lets a copied directory belong where it is
---@param state? string
---@return true?
---@return string? message
---@return string? code
function Keeping.adopt(state) end

--- writes all of it to a new file under a passphrase of 8 bytes or more. Fails with ARGUMENT, STORE_DAMAGED
---@param file string
---@param passphrase string
---@param options? {state?: string, iterations?: integer, skip_damaged?: boolean}
---@return true?
---@return string? message
---@return string? code
function Keeping.backup(file, passphrase, options) end

--- puts the pairings back; `keep_old` is where those that there are go first. Fails with PASSPHRASE, BACKUP,
--- STORE_NOT_EMPTY; then nothing has changed
---@param file string
---@param passphrase string
---@param options? {state?: string, keep_old?: string}
---@return true?
---@return string? message
---@return string? code
function Keeping.restore(file, passphrase, options) end

--- a new file of mode 0600 for the option `trace`; with `append` it may be there and is added to. `form` is
--- `"text"`, `"json"` or `"pcapng"`, and else what the name's ending means. What records protect goes in with
--- `plain` only, which is said on the standard error. Fails with STORE, NOT_A_TRACE
---@param path string
---@param options? {form?: string, plain?: boolean, append?: boolean, dictionary?: warifu.Dictionary}
---@return warifu.TraceFile?
---@return string? message
---@return string? code
function Trace.open(path, options) end

--- the form that an ending means: `"pcapng"` for .pcapng and .pcap, `"json"` for .jsonl and .json, else `"text"`
---@param path string
---@return string
function Trace.form_of(path) end

--- a trace that writes a line for each datagram to the standard error, or to `file`; with `dump` its bytes follow
---@param options? {file?: file*, dump?: boolean, dictionary?: warifu.Dictionary}
---@return fun(traced: table)
function Trace.printer(options) end

--- one datagram as such a line
---@param traced table
---@param options? {dump?: boolean, dictionary?: warifu.Dictionary}
---@return string
function Trace.text(traced, options) end

--- one datagram as a line of JSON
---@param traced table
---@param options? {dictionary?: warifu.Dictionary}
---@return string?
---@return string? message
---@return string? code
function Trace.json(traced, options) end

--- the datagrams in a file: pcapng (also of Wireshark or tcpdump), lines of JSON, or lines of hexadecimal digits.
--- Where it is damaged: the list up to there, a message and NOT_A_TRACE. Fails with STORE
---@param path string
---@return table[]?
---@return string? message
---@return string? code
function Trace.read(path) end

--- the same of what stands in such a file
---@param contents string
---@return table[]?
---@return string? message
---@return string? code
function Trace.parse(contents) end

--- adds a datagram. What goes wrong is said once on the standard error; then nothing more is written
---@param traced table
---@return true?
---@return string? message
---@return string? code
function TraceFile:write(traced) end

--- how many datagrams are not in it, because something went wrong
---@return integer
function TraceFile:lost() end

--- ends it; a second time does nothing
function TraceFile:close() end

--- a new home; the rest are the faults of `set_faults`
---@param options? {seed?: integer, date?: integer, loss?: number, duplication?: number, reordering?: number, held_back?: number, delay?: number|number[]}
---@return warifu.Home?
---@return string? message
---@return string? code
function Sim.Home(options) end

--- a device on a machine of its own. Options are those of `warifu.Device` without `state`, and `trusted` (false:
--- plain ECHONET Lite), `network` (1; others don't hear it). Without an identity it gets one of the home, without
--- an address the next of 10.0.0.1, 10.0.0.2, ...
---@param options? warifu.DeviceOptions
---@return warifu.Device?
---@return string? message
---@return string? code
function Home:device(options) end

--- a controller, likewise
---@param options? warifu.ControllerOptions
---@return warifu.Controller?
---@return string? message
---@return string? code
function Home:controller(options) end

--- an identity under the home's root
---@param role string
---@param number? string
---@return warifu.Identity?
---@return string? message
---@return string? code
function Home:issue(role, number) end

--- where it is
---@param endpoint warifu.Endpoint
---@return string[]
function Home:addresses(endpoint) end

--- lets the home live for so many seconds; or runs a function as a task, as `scheduler.run` does, in the home's
--- time: then an hour's sleep costs nothing, and takes at least a millisecond
---@param what number|function
---@param ... any
---@return any
function Home:run(what, ...) end

--- seconds since it began
---@return number
function Home:now() end

--- the weather from now on: rates from 0 to 1, seconds, `delay` a number or `{least, most}`. With sender and
--- receiver that of one link, in that direction
---@param options? {loss?: number, duplication?: number, reordering?: number, held_back?: number, delay?: number|number[], sender?: warifu.Endpoint, receiver?: warifu.Endpoint}
function Home:set_faults(options) end

--- ends it without a word
---@param endpoint warifu.Endpoint
function Home:cut_power(endpoint) end

--- starts it from its store, with options that changed, and gives the new object
---@param endpoint warifu.Endpoint
---@param changes? table
---@return warifu.Endpoint?
---@return string? message
---@return string? code
function Home:power_on(endpoint, changes) end

--- pulls its network cable
---@param endpoint warifu.Endpoint
function Home:disconnect(endpoint) end

--- puts it back
---@param endpoint warifu.Endpoint
function Home:connect(endpoint) end

--- those of a list hear each other only, the rest hear the rest; without lists the network is whole again
---@param ... warifu.Endpoint[]
function Home:split(...) end

--- other addresses; without any the next free one
---@param endpoint warifu.Endpoint
---@param ... string
---@return true?
---@return string? message
---@return string? code
function Home:move(endpoint, ...) end

--- `hook` gives what passes, or nil to drop it; without one all passes
---@param hook? fun(sender: string, receiver: string, datagram: string): string?
function Home:tamper(hook) end

--- a datagram from any address
---@param sender string
---@param receiver string
---@param datagram string
---@param options? {delay?: number, network?: integer}
---@return true?
---@return string? message
---@return string? code
function Home:inject(sender, receiver, datagram, options) end

--- a device that has gone bad announces properties in the name of another member of its group: all of the record is
--- right but the signature, which is by its own key. Fails with STATE (they are in no group together)
---@param forger warifu.Device
---@param victim warifu.Device
---@param eoj warifu.Eoj
---@param properties table<integer, string>
---@return true?
---@return string? message
---@return string? code
function Home:forge(forger, victim, eoj, properties) end

--- a list that grows by `{seconds=, fate=, sender=, receiver=, multicast=, datagram=}`; fates: sent, injected,
--- delivered, duplicated, lost, changed, dropped
---@return table[]
function Home:record() end

--- ends that
function Home:stop_recording() end

--- how often each fate was met
---@return table<string, integer>
function Home:counts() end

--- ends all that live there
function Home:close() end

--- its disk:
---@param endpoint warifu.Endpoint
---@return warifu.Store
function Home:store(endpoint) end

--- the power goes within the k-th write from now: the endpoint closes, its call fails with CLOSED
---@param k integer
function Store:cut_at(k) end

--- as the home does it
function Store:cut_power() end

--- likewise
function Store:power_on() end

--- is it on?
---@return boolean
function Store:has_power() end

--- the k-th of `"reads"`, `"writes"` (without `what`) or `"all"` fails; `"none"` ends that
---@param k integer
---@param what? string
function Store:fail_at(k, what) end

--- all of them do
---@param what? string
function Store:fail_all(what) end

--- so many writes are at risk, and lost or torn that often at a power cut; with `unsynced` 0, `loss` is how often
--- the write under way is not made
---@param options? {unsynced?: integer, loss?: number, tearing?: number, in_any_order?: boolean}
function Store:set_faults(options) end

--- nothing is at risk any more
function Store:sync() end

--- a backup
---@param seed? integer
---@return warifu.Store
function Store:clone(seed) end

--- makes it what the backup is
---@param backup warifu.Store
function Store:restore(backup) end

--- what is there: id to bytes, false for a torn one
---@return table<integer, string|false>
function Store:entries() end

--- are these bytes anywhere on it?
---@param bytes string
---@return boolean
function Store:contains(bytes) end

--- how many there were
---@return integer
function Store:writes() end

--- likewise
---@return integer
function Store:reads() end

--- a virtual device, open. Fails with NOT_IN_DICTIONARY, NO_PROPERTY, WRONG_VALUE, and as `warifu.Device` does
---@param options? warifu.VirtualDeviceOptions
---@return warifu.VirtualDevice?
---@return string? message
---@return string? code
function Virtual.device(options) end

--- a home of `devices`, each a table of options of `virtual.device`. Its smart meter counts what they take and
--- give, and `base` W that the rest takes; an automatic battery covers the home. Each device has an address of its
--- own, 127.0.0.11 and on, and a folder of its own in `state`. `together`: they are instances of one node, at
--- `address`; what is a node's, such as faults and state, is not taken from the single devices then
---@param options? {devices?: table[], address?: string, together?: boolean, state?: string, base?: number, sim?: warifu.Home, port?: integer, policy?: string|warifu.Policy, window?: number, date?: integer, speed?: number, tick?: number, seed?: integer, dictionary?: warifu.Dictionary, on_set?: fun(name: string, eoj: integer, epc: integer, old: string, new: string): any}
---@return warifu.VirtualHome?
---@return string? message
---@return string? code
function Virtual.home(options) end

--- faults as people type them: `{"loss=0.2", "delay=0.5-2", "silent", "wrong=off", "battery=low"}`, `{"none"}`
---@param words string[]
---@return table?
---@return string? message
---@return string? code
function Virtual.faults(words) end

--- `{date=, hour=, outdoor=, sun=}`: the world of the virtual devices, a function of the local time alone
---@param date number
---@return table
function Virtual.weather(date) end

--- sets a property as the owner of the house would, or what else there is (`plugged`). Fails with WRONG_VALUE,
--- NO_PROPERTY, NOT_IN_DICTIONARY
---@param name string
---@param value any
---@return true?
---@return string? message
---@return string? code
function VirtualDevice:put(name, value) end

--- its value, and its unit where it has one
---@param name string
---@return any?
---@return string? message
---@return string? code
function VirtualDevice:get(name) end

--- what goes wrong from now on: datagrams are lost (0 to 1), late (seconds, or `{least, most}`), or none passes;
--- what is read is not what it is; its battery is `"low"` (fault status 88), or `"full"` again. What is not given
--- stays as it is
---@param options? {loss?: number, delay?: number|number[], silent?: boolean, wrong?: boolean, battery?: string}
function VirtualDevice:fault(options) end

--- that, in words; `"none"`
---@return string
function VirtualDevice:faults() end

--- lets so many seconds pass in its appliances
---@param seconds number
function VirtualDevice:step(seconds) end

--- lets pass what its clock has passed since the last step; it does so by itself
function VirtualDevice:catch_up() end

--- works for that long, as `device:serve`
---@param seconds? number
---@param on_event? fun(event: warifu.Event): any
---@return true?
---@return string? message
---@return string? code
function VirtualDevice:serve(seconds, on_event) end

--- lets a controller pair, as `device:open_window`
---@param seconds? number
---@param pairings? integer
---@return true?
---@return string? message
---@return string? code
function VirtualDevice:open_window(seconds, pairings) end

--- ends it
function VirtualDevice:close() end

--- the one of that name; who has none is called as its class, the second one with a 2
---@param name string
---@return warifu.VirtualDevice?
function VirtualHome:device(name) end

--- one of the appliances of all devices
---@param name string
---@return table?
function VirtualHome:appliance(name) end

--- lets so many seconds pass in all of it
---@param seconds number
function VirtualHome:step(seconds) end

--- as of a device; it does so by itself
function VirtualHome:catch_up() end

--- works for that long over real UDP; `on_event` ends it by returning false. In a simulated home, `home:run` does
---@param seconds? number
---@param on_event? fun(device: warifu.VirtualDevice, event: warifu.Event): any
---@return true?
---@return string? message
---@return string? code
function VirtualHome:serve(seconds, on_event) end

--- ends all of it
function VirtualHome:close() end

return warifu
