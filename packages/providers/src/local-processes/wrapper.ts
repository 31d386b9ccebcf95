/**
 * The shell program around every command. Arguments: state file, boot id, command.
 *
 * It creates the state file with noclobber (O_EXCL): a second or a late wrapper of the same process exits 99 and runs
 * nothing. The file gets pid and start time before the command begins and the exit code after it ended. Only shell
 * built-ins on Linux, so it costs no process beyond itself. SIGTERM to the group ends the command; the wrapper outlives it
 * to write down the exit code. Its variables have long names because an assignment to a variable that came with the
 * environment would change what the command sees.
 */
export const WRAPPER = `set -C
{ read -r __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w \
__trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w __trellis_w \
__trellis_t __trellis_w </proc/$$/stat || __trellis_t=$(/bin/ps -o lstart= -p $$); } 2>/dev/null
{ printf 'running  %s %s %s\\n' "$$" "$2" "$__trellis_t" >"$1"; } 2>/dev/null || exit 99
set +C
trap : TERM INT HUP
/bin/sh -c "$3"
__trellis_c=$?
printf 'exit %3d' "$__trellis_c" 1<>"$1"
exit "$__trellis_c"
`;

/** Exit code of a wrapper that found the state file there already, or could not create it. */
export const WRAPPER_REFUSED = 99;

/** Exit code of a process that the platform could not start: no work folder, command line too long, no memory. */
export const START_FAILED = 125;
