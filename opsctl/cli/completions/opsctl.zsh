#compdef opsctl
# Completion of opsctl for zsh, from a folder of $fpath or by `source`. Written by: opsctl completions zsh

# What may follow the words $1: verbs or words, and options. What a value is, is said behind a = :
# - any text, + a time that may be left out, one|two, @file, @=file, @zone, @NOUN.WORD for a name in the database.
_opsctl_line() {
    verbs=() places=() takes=()
    case $1 in
@LINES@
    (*) return 1 ;;
    esac
}
typeset -ga _opsctl_everywhere=(
@EVERYWHERE@
)

# Sets `value` to what option $1 takes, empty for a flag; false where there is no such option.
_opsctl_option() {
    local one
    for one in "${(@)takes}" "${(@)_opsctl_everywhere}"; do
        one=${one%%:*}
        [[ ${one%%=*} == "$1" ]] || continue
        value=
        [[ $one == *=* ]] && value=${one#*=}
        return 0
    done
    return 1
}

# Offers what value $1 can be.
_opsctl_offer() {
    local one line name title
    local -a sought names shown
    for one in "${(@s:|:)1}"; do
        case $one in
        (-|+) ;;
        (@file) _files ;;
        (@=file) compset -P 1 '*=' && _files ;;
        (@zone)
            [[ -r /usr/share/zoneinfo/zone.tab ]] && for line in "${(@f)$(</usr/share/zoneinfo/zone.tab)}"; do
                [[ $line == \#* ]] || names+=("${${(@ps:\t:)line}[3]}")
            done
            names+=(UTC)
            ;;
        (@*) sought+=("${one#@}") ;;
        (*) names+=("$one") ;;
        esac
    done
    (( $#names )) && compadd -a names
    # Where the database is named by what only the shell can read, no other one is asked instead.
    (( $#sought )) && [[ "$database" != *[\$\`]* ]] || return 0
    for line in "${(@f)$("$program" completions --of "${(j:,:)sought}" "${(@)database}" -- "${(Q)PREFIX}" \
        2>/dev/null </dev/null)}"; do
        [[ -n $line ]] || continue
        name=${line%%$'\t'*} title=${line#*$'\t'}
        # Of what stands between a name and its title, a : and a \ inside the name are told by a \ before them.
        shown+=("${${name//\\/\\\\}//:/\\:}${title:+:$title}")
    done
    (( $#shown )) && _describe -V -t names name shown -M 'm:{[:lower:]}={[:upper:]}'
}

_opsctl_offer_options() {
    local one
    local -a shown
    for one in "$@"; do
        shown+=("${${one%%:*}%%=*}:${one#*:}")
    done
    (( $#shown )) && _describe -V -t flags option shown
}

_opsctl() {
    local node word waits value closed program
    local -a verbs places takes database
    integer index place=0
    program=${words[1]/#\~\//$HOME/}
    program=${commands[$program]:-$program}
    [[ -x $program && ! -d $program ]] || program=opsctl
    _opsctl_line ''
    for (( index = 2; index < CURRENT; index++ )); do
        word=${(Q)words[index]}
        if [[ $waits == + ]]; then
            waits=
            case $word in
            ([0-9]*|now|yesterday*|today*) continue ;;
            esac
        fi
        if [[ -n $waits ]]; then
            case ${words[index - 1]} in
            (--db|--config) database+=("${words[index - 1]}" "$word") ;;
            esac
            waits=
        elif [[ $word == -- && -z $closed ]]; then
            closed=1
        elif [[ $word == -?* && -z $closed ]]; then
            case $word in
            (--db=*|--config=*) database+=("${word%%=*}" "${word#*=}") ;;
            (--*=*) ;;
            (*) _opsctl_option "$word" && waits=$value ;;
            esac
        elif (( $#verbs )); then
            node=$node${node:+ }$word
            _opsctl_line "$node" || return 1
        else
            (( ++place ))
        fi
    done

    if [[ -n $waits && $waits != + ]]; then
        _opsctl_offer "$waits"
    elif [[ $PREFIX == --*=* && -z $closed ]]; then
        _opsctl_option "${PREFIX%%=*}" && [[ -n $value ]] && compset -P 1 '*=' && _opsctl_offer "$value"
    elif [[ $PREFIX == -* && -z $closed ]]; then
        _opsctl_offer_options "${(@)takes}" "${(@)_opsctl_everywhere}"
    elif (( $#verbs )); then
        _describe -V -t commands command verbs
    else
        (( ++place ))
        if [[ $places[-1] == + ]]; then
            (( place < $#places )) || place=$(( $#places - 1 ))
        fi
        if [[ -n $places[place] ]]; then
            _opsctl_offer "$places[place]"
        elif [[ -z $closed ]]; then
            _opsctl_offer_options "${(@)takes}"
        fi
    fi
}

if [[ $funcstack[1] == _opsctl ]]; then
    _opsctl "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _opsctl opsctl
fi
