package redis

import _ "embed"

// The atomic steps. Each is one script, since only a script can look at the
// owner, the expiry and the clock and act on what it saw without anything in
// between.
//
// They are sent in full with EVAL. EVALSHA would save a kilobyte, but costs a
// second round trip whenever the server does not know the script, and for a
// program that sends one script and ends, that is most of the time.
var (
	//go:embed lua/lock.lua
	luaLock string
	//go:embed lua/counter.lua
	luaCounter string
	//go:embed lua/acquire.lua
	luaAcquire string
	//go:embed lua/renew.lua
	luaRenew string
	//go:embed lua/release.lua
	luaRelease string
	//go:embed lua/show.lua
	luaShow string
	//go:embed lua/current.lua
	luaCurrent string
	//go:embed lua/list.lua
	luaList string
	//go:embed lua/setup.lua
	luaSetup string
)

// A script is the text of one step, complete with what all of them share.
type script string

var (
	scriptAcquire = script(luaLock + luaCounter + luaAcquire)
	scriptRenew   = script(luaLock + luaRenew)
	scriptRelease = script(luaLock + luaCounter + luaRelease)
	scriptCurrent = script(luaLock + luaShow + luaCurrent)
	scriptList    = script(luaLock + luaShow + luaList)
	scriptSetup   = script(luaSetup)
)
