# Completion of opsctl for bash, with or without the package bash-completion. Written by: opsctl completions bash

# What may follow the words $1: verbs or words, and options. What a value is, is said behind a = :
# - any text, + a time that may be left out, one|two, @file, @=file, @zone, @NOUN.WORD for a name in the database.
_opsctl_line() {
    verbs='' places='' options=''
    case $1 in
@LINES@
    *) return 1 ;;
    esac
}
_opsctl_everywhere='@EVERYWHERE@'

# Sets `value` to what option $1 takes, empty for a flag; false where there is no such option.
_opsctl_option() {
    local one
    for one in $options $_opsctl_everywhere; do
        value=''
        [[ $one == *=* ]] && value=${one#*=}
        [[ ${one%%=*} == "$1" ]] && return 0
    done
    return 1
}

# Offers what value $1 can be, where `typed` is its beginning and `before` stands in the same word before it.
_opsctl_offer() {
    local IFS='|' one='' sought='' line='' country=''
    for one in $1; do
        IFS=$' \t\n'
        case $one in
        - | +) ;;
        @file) _opsctl_files ;;
        @=file)
            [[ $typed == *=* ]] && _opsctl_files
            ;;
        @zone)
            while IFS=$'\t' read -r country _ line _; do
                [[ $line && $country != \#* ]] && _opsctl_found "$line"
            done 2>/dev/null </usr/share/zoneinfo/zone.tab
            _opsctl_found UTC
            ;;
        @*) sought=$sought${sought:+,}${one#@} ;;
        *) _opsctl_found "$one" ;;
        esac
    done
    IFS=$' \t\n'
    # Where the database is named by what only the shell can read, no other one is asked instead.
    [[ $sought && "${database[*]-}" != *[\$\`]* ]] || return 0
    while IFS= read -r line; do
        _opsctl_found "${line%%$'\t'*}" asked
    done < <("$program" completions --of "$sought" ${database[@]+"${database[@]}"} -- "$typed" 2>/dev/null </dev/null)
}

# Readline completes the file itself: it knows of blanks, quotes and ~.
_opsctl_files() {
    compopt -o default -o filenames 2>/dev/null
}

# Keeps the candidate $1 if it begins as typed, without what readline holds to be another word.
_opsctl_found() {
    [[ ${2-} || $1 == "$typed"* ]] || return 0
    local candidate=$before$1
    [[ $held && $candidate == "$held"* ]] && candidate=${candidate#"$held"}
    if [[ ! $quoted ]]; then
        printf -v candidate %q "$candidate"
    elif [[ $candidate == *[\"\'\$\`\\]* ]]; then
        return 0
    fi
    COMPREPLY+=("$candidate")
}

_opsctl() {
    local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} word='' rest='' raw='' node='' waits='' before='' typed='' held=''
    local verbs='' places='' options='' value='' quoted='' program='' place=0 index=0 closed=''
    local -a words=() database=()
    COMPREPLY=()

    # Readline breaks words at = and : as well; here they are put together again.
    for ((index = 0; index <= COMP_CWORD; index++)); do
        raw=${COMP_WORDS[index]}
        rest=${line#"${line%%[![:space:]]*}"}
        if ((index == 0)) || [[ $rest != "$line" ]]; then
            words+=("$raw")
        else
            words[${#words[@]} - 1]+=$raw
        fi
        ((index == COMP_CWORD)) && words[${#words[@]} - 1]=${words[${#words[@]} - 1]%"$raw"}${rest:0:${#raw}}
        line=${rest#"$raw"}
    done
    typed=${words[${#words[@]} - 1]}
    raw=${rest:0:${#raw}}
    [[ $raw == *[!=:]* ]] || raw=''
    held=${typed%"$raw"}
    held=${held//[\"\'\\]/}
    [[ $raw == [\"\']* ]] && quoted=1
    typed=${typed//[\"\'\\]/}

    program=${words[0]/#\~\//$HOME/}
    program=$(type -P -- "$program") || program=opsctl
    _opsctl_line ''
    for ((index = 1; index < ${#words[@]} - 1; index++)); do
        word=${words[index]//[\"\'\\]/}
        if [[ $waits == + ]]; then
            waits=''
            case $word in [0-9]* | now | yesterday* | today*) continue ;; esac
        fi
        if [[ $waits ]]; then
            case ${words[index - 1]} in --db | --config) database+=("${words[index - 1]}" "$word") ;; esac
            waits=''
        elif [[ $word == -- && ! $closed ]]; then
            closed=1
        elif [[ $word == -?* && ! $closed ]]; then
            case $word in
            --db=* | --config=*) database+=("${word%%=*}" "${word#*=}") ;;
            --*=*) ;;
            *) _opsctl_option "$word" && waits=$value ;;
            esac
        elif [[ $word == *[\<\>] ]]; then
            waits=-
        elif [[ $word == [\<\>]* ]]; then
            continue
        elif [[ $verbs ]]; then
            node=$node${node:+ }$word
            _opsctl_line "$node" || return 0
        else
            ((place++))
        fi
    done

    if [[ ${words[${#words[@]} - 2]} == *[\<\>] || $typed == [\<\>]* ]]; then
        _opsctl_files
    elif [[ $waits && $waits != + ]]; then
        _opsctl_offer "$waits"
    elif [[ $typed == --*=* && ! $closed ]]; then
        if _opsctl_option "${typed%%=*}" && [[ $value ]]; then
            before=${typed%%=*}= typed=${typed#*=}
            _opsctl_offer "$value"
        fi
    elif [[ $typed == -* && ! $closed ]]; then
        for word in $options $_opsctl_everywhere; do
            _opsctl_found "${word%%=*}"
        done
    elif [[ $verbs ]]; then
        for word in $verbs; do
            _opsctl_found "$word"
        done
    else
        set -- $places
        index=0
        while (($# > 1 && index < place)); do
            [[ $2 == + ]] && break
            shift
            ((++index))
        done
        if (($# > 0)) && { ((index == place)) || [[ ${2-} == + ]]; }; then
            _opsctl_offer "$1"
        elif [[ ! $closed ]]; then
            for word in $options; do
                _opsctl_found "${word%%=*}"
            done
        fi
    fi
}
complete -o nosort -F _opsctl opsctl 2>/dev/null || complete -F _opsctl opsctl
