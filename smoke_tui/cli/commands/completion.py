"""`completion`: the script that lets a shell ask this program what fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from smoke_tui.cli.candidates import candidates
from smoke_tui.config.settings import Settings
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import clean

_BASH: Final = r"""# bash completion of smoke-tui
_smoke_tui() {
    local line word current="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    while IFS= read -r line; do
        word="${line%%$'\t'*}"
        case "$word" in
            :files) compopt -o filenames; COMPREPLY+=($(compgen -f -- "${current#=}")) ;;
            :folders) compopt -o filenames; COMPREPLY+=($(compgen -d -- "${current#=}")) ;;
            --*=*) COMPREPLY+=("${word#*=}") ;;
            *) COMPREPLY+=("$word") ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _smoke_tui smoke-tui
"""

_ZSH: Final = r"""#compdef smoke-tui
# zsh completion of smoke-tui
_smoke_tui() {
    local line files folders
    local -a rows
    for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        case "$line" in
            '') ;;
            :files) files=1 ;;
            :folders) folders=1 ;;
            *) rows+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    (( ${#rows} )) && _describe -V 'smoke-tui' rows
    [[ -n $files ]] && _files
    [[ -n $folders ]] && _files -/
    return 0
}
if [ "${funcstack[1]}" = "_smoke-tui" ]; then
    _smoke_tui "$@"
else
    compdef _smoke_tui smoke-tui
fi
"""

_FISH: Final = r"""# fish completion of smoke-tui
function __smoke_tui_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        switch $line
            case ':files*'
                __fish_complete_path $current
            case ':folders*'
                __fish_complete_directories $current
            case '*'
                echo $line
        end
    end
end
complete -c smoke-tui -f -a '(__smoke_tui_complete)'
"""

SCRIPTS: Final[Mapping[str, str]] = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion(settings: Settings, *, shell: str) -> int:
    """Print the script for a shell."""
    print(SCRIPTS[shell], end="")
    return Exit.OK


def complete(words: Sequence[str]) -> int:
    """Print what fits the last word, a line each: the word, a tab, what it means."""
    for candidate in candidates(words):
        print(clean(f"{candidate.word}\t{candidate.about}", keep_newlines=False))
    return Exit.OK
