# Completion of opsctl for bash, with or without the package bash-completion. Written by: opsctl completions bash

# What may follow the words $1: verbs or words, and options. What a value is, is said behind a = :
# - any text, + a time that may be left out, one|two, @file, @=file, @zone, @NOUN.WORD for a name in the database.
_opsctl_line() {
    verbs='' places='' options=''
    case $1 in
    '') verbs='init today demo doctor completions asset customer person rulebook incident open ack note mitigate down restored resolve merge maintenance work inspect action duty patch backup review kpi ledger db' options='--version' ;;
    'init') options='--zone=@zone --person=- --name=-' ;;
    'today') options='--handover --since=-' ;;
    'demo') : ;;
    'doctor') options='--env=cron --user=-' ;;
    'completions') places='bash|zsh|fish' ;;
    'asset') verbs='add list show edit import retire' ;;
    'asset add') places='-' options='--title=- --title-zh=- --kind=- --customer=@customer.CUSTOMER --owner=@person.PERSON --criticality=key|important|ordinary --classification=public|internal|confidential|secret --service-hours=@rulebook.CALENDAR --in-service-from=- --retired-from=-' ;;
    'asset list') options='--all --customer=@customer.CUSTOMER --owner=@person.PERSON --kind=- --criticality=key|important|ordinary' ;;
    'asset show') places='@asset.ASSET' ;;
    'asset edit') places='@asset.ASSET' options='--title=- --title-zh=- --kind=- --customer=@customer.CUSTOMER --owner=@person.PERSON --criticality=key|important|ordinary --classification=public|internal|confidential|secret --service-hours=@rulebook.CALENDAR --in-service-from=- --retired-from=-' ;;
    'asset import') places='@file' options='--map=@file --dry-run --rejects=@file' ;;
    'asset retire') places='@asset.ASSET/retire' options='--at=-' ;;
    'customer') verbs='add list show edit import' ;;
    'customer add') places='-' options='--name=- --name-zh=- --zone=@zone' ;;
    'customer list') : ;;
    'customer show') places='@customer.CUSTOMER' ;;
    'customer edit') places='@customer.CUSTOMER' options='--name=- --name-zh=- --zone=@zone' ;;
    'customer import') places='@file' options='--map=@file --dry-run --rejects=@file' ;;
    'person') verbs='add list show edit import retire' ;;
    'person add') places='-' options='--name=- --login=- --department=- --team=- --superior=@person.PERSON --phone=- --email=- --post=@rulebook.POST --since=- --until=-' ;;
    'person list') options='--team=- --post=@rulebook.POST --all' ;;
    'person show') places='@person.PERSON' ;;
    'person edit') places='@person.PERSON' options='--name=- --login=- --department=- --team=- --superior=@person.PERSON --phone=- --email=- --post=@rulebook.POST --since=- --until=- --end-post=@rulebook.POST --at=-' ;;
    'person import') places='@file' options='--map=@file --dry-run --rejects=@file' ;;
    'person retire') places='@person.PERSON/retire' options='--to=@person.PERSON/retire --at=-' ;;
    'rulebook') verbs='apply list show validate diff' ;;
    'rulebook apply') places='@file' options='--replaces=@rulebook.BOOK --since=-' ;;
    'rulebook list') : ;;
    'rulebook show') places='@rulebook.BOOK@VERSION' options='--toml' ;;
    'rulebook validate') places='@file' ;;
    'rulebook diff') places='@file|@rulebook.BOOK@VERSION @file|@rulebook.BOOK@VERSION' ;;
    'incident') verbs='open ack note mitigate down restored resolve merge assign escalate reclassify reopen close pause resume approve split correct void plan list show timeline import' ;;
    'incident open') places='@asset.ASSET - +' options='--asset=@asset.ASSET --from=@action.ACT/open -s=1|2|3|4 --severity=1|2|3|4 --down=+ --weight=- --at=- --detected=- --impact=low|medium|high --urgency=low|medium|high --category=fault|security|emergency --for=@person.PERSON --unowned --drill' ;;
    'incident ack') places='@incident.INC/ack +' options='--at=-' ;;
    'incident note') places='@incident.INC +' options='-F=@file --file=@file --at=-' ;;
    'incident mitigate') places='@incident.INC/mitigate +' options='--at=-' ;;
    'incident down') places='@incident.INC +' options='--at=- --weight=-' ;;
    'incident restored') places='@incident.INC +' options='--at=- --weight=-' ;;
    'incident resolve') places='@incident.INC/resolve +' options='--restored=- --at=- --cause=- --handling=- --result=- --told=+' ;;
    'incident merge') places='@incident.INC +' options='--into=@incident.INC' ;;
    'incident assign') places='@incident.INC +' options='--to=@person.PERSON' ;;
    'incident escalate') places='@incident.INC +' options='--to=@person.PERSON --reason=-' ;;
    'incident reclassify') places='@incident.INC +' options='-s=1|2|3|4 --severity=1|2|3|4 --impact=low|medium|high --urgency=low|medium|high --category=fault|security|emergency --reason=-' ;;
    'incident reopen') places='@incident.INC/reopen +' options='--at=- --down --weight=- --reason=-' ;;
    'incident close') places='@incident.INC/close +' options='--at=- --cause=- --handling=- --result=- --told=+ --because=-' ;;
    'incident pause') places='@incident.INC +' options='--reason=- --ask=@person.PERSON --at=-' ;;
    'incident resume') places='@incident.INC +' options='--at=-' ;;
    'incident approve') places='@incident.INC/approve +' options='--refuse --reason=-' ;;
    'incident split') places='@incident.INC/split +' ;;
    'incident correct') places='@incident.INC +' options='--reason=-' ;;
    'incident void') places='@incident.INC +' options='--because=false-alarm|test|duplicate|mistake --undo --reason=-' ;;
    'incident plan') places='@incident.INC +' options='--name=- --at=-' ;;
    'incident list') options='--state=open|acknowledged|mitigated|resolved|closed|merged|unacked|unresolved --asset=@asset.ASSET --customer=@customer.CUSTOMER --owner=@person.PERSON -s=1|2|3|4 --severity=1|2|3|4 --breaching --since=- --until=- --sort=- --limit=- --columns=-' ;;
    'incident show') places='@incident.INC' ;;
    'incident timeline') places='@incident.INC' ;;
    'incident import') places='@file' options='--map=@file --dry-run --rejects=@file' ;;
    'open') places='@asset.ASSET - +' options='--asset=@asset.ASSET --from=@action.ACT/open -s=1|2|3|4 --severity=1|2|3|4 --down=+ --weight=- --at=- --detected=- --impact=low|medium|high --urgency=low|medium|high --category=fault|security|emergency --for=@person.PERSON --unowned --drill' ;;
    'ack') places='@incident.INC/ack +' options='--at=-' ;;
    'note') places='@incident.INC +' options='-F=@file --file=@file --at=-' ;;
    'mitigate') places='@incident.INC/mitigate +' options='--at=-' ;;
    'down') places='@incident.INC +' options='--at=- --weight=-' ;;
    'restored') places='@incident.INC +' options='--at=- --weight=-' ;;
    'resolve') places='@incident.INC/resolve +' options='--restored=- --at=- --cause=- --handling=- --result=- --told=+' ;;
    'merge') places='@incident.INC +' options='--into=@incident.INC' ;;
    'maintenance') verbs='plan approve extend cancel list' ;;
    'maintenance plan') places='@asset.ASSET - +' options='--from=- --to=- --for=-' ;;
    'maintenance approve') places='@maintenance.MNT/approve +' ;;
    'maintenance extend') places='@maintenance.MNT/extend' options='--to=-' ;;
    'maintenance cancel') places='@maintenance.MNT/cancel' options='--reason=- --at=-' ;;
    'maintenance list') options='--state=planned|approved|late|cancelled|running|coming --asset=@asset.ASSET --since=- --until=- --limit=- --columns=-' ;;
    'work') verbs='log correct void list show' ;;
    'work log') places='@asset.ASSET - +' options='--topic=- --procedure=- --config-saved=yes|no|n/a --outcome=done|repaired|replaced|watched --result=- --window=@maintenance.MNT --from=- --at=-' ;;
    'work correct') places='@work.WRK +' options='--reason=-' ;;
    'work void') places='@work.WRK +' options='--because=false-alarm|test|duplicate|mistake --reason=-' ;;
    'work list') options='--asset=@asset.ASSET --topic=- --outcome=done|repaired|replaced|watched --since=- --until=- --limit=- --columns=-' ;;
    'work show') places='@work.WRK' ;;
    'inspect') verbs='log start sheet countersign correct void checklists list show run' ;;
    'inspect log') places='@rulebook.CHECKLIST' options='--asset=@asset.ASSET --item=- --fail=- --rest-ok --photo=@=file -F=@file --file=@file --at=- --from=- --challenge=- --again' ;;
    'inspect start') places='@rulebook.CHECKLIST' options='--asset=@asset.ASSET' ;;
    'inspect sheet') places='@rulebook.CHECKLIST' options='--asset=@asset.ASSET --blank' ;;
    'inspect countersign') places='@inspect.INS/countersign +' ;;
    'inspect correct') places='@inspect.INS - +' options='--reason=-' ;;
    'inspect void') places='@inspect.INS +' options='--because=false-alarm|test|duplicate|mistake' ;;
    'inspect checklists') places='@rulebook.CHECKLIST' ;;
    'inspect list') options='--state=open|done --checklist=@rulebook.CHECKLIST --asset=@asset.ASSET --customer=@customer.CUSTOMER --owner=@person.PERSON --flagged --since=- --until=- --limit=- --columns=-' ;;
    'inspect show') places='@inspect.INS' ;;
    'inspect run') places='@rulebook.CHECKLIST' options='--asset=@asset.ASSET --dry-run' ;;
    'action') verbs='add assign done verify return reopen correct void list show' ;;
    'action add') places='@asset.ASSET - +' options='--asset=@asset.ASSET --gravity=fail|warn --impact=- --told=@person.WHO --owner=@person.PERSON --deadline=- --at=- --kind=prevent|detect|mitigate|process --verify=- --months=-' ;;
    'action assign') places='@action.ACT/assign +' options='--to=@person.PERSON' ;;
    'action done') places='@action.ACT/done +' options='--result=- --at=-' ;;
    'action verify') places='@action.ACT/verify +' ;;
    'action return') places='@action.ACT/return +' options='--reason=-' ;;
    'action reopen') places='@action.ACT/reopen +' options='--reason=-' ;;
    'action correct') places='@action.ACT +' options='--reason=-' ;;
    'action void') places='@action.ACT +' options='--because=false-alarm|test|duplicate|mistake --reason=-' ;;
    'action list') options='--state=open|done|verified|waiting|overdue|all --owner=@person.PERSON --asset=@asset.ASSET --customer=@customer.CUSTOMER --source=@inspect.INS --kind=prevent|detect|mitigate|process --since=- --until=- --sort=- --limit=- --columns=-' ;;
    'action show') places='@action.ACT' ;;
    'duty') verbs='list due show preview' ;;
    'duty list') : ;;
    'duty due') options='--state=open|due|missed|done|cancelled|waived --duty=@rulebook.DUTY --asset=@asset.ASSET --owner=@person.PERSON --since=- --until=- --limit=- --columns=-' ;;
    'duty show') places='@rulebook.DUTY' ;;
    'duty preview') places='@rulebook.DUTY' options='--next=- --around-dst' ;;
    'patch') verbs='add decide install defer void list show' ;;
    'patch add') places='@asset.ASSET - +' options='--also=@asset.ASSET --advisory=- --published=- --owner=@person.PERSON' ;;
    'patch decide') places='@patch.PAT/decide +' options='--install-by=- --not-applicable --reason=- --owner=@person.PERSON' ;;
    'patch install') places='@patch.PAT/install +' options='--config-saved=yes|no|n/a --procedure=- --at=-' ;;
    'patch defer') places='@patch.PAT/defer +' options='--until=- --reason=-' ;;
    'patch void') places='@patch.PAT +' options='--because=false-alarm|test|duplicate|mistake --reason=-' ;;
    'patch list') options='--state=open|decided|deferred|installed|not-applicable|overdue|all --asset=@asset.ASSET --owner=@person.PERSON --advisory=- --limit=- --columns=-' ;;
    'patch show') places='@patch.PAT' ;;
    'backup') verbs='run plan restore-test verify status policies check list show restore runbook prune adopt pin unpin' ;;
    'backup run') places='@rulebook.POLICY +' options='--due' ;;
    'backup plan') places='@rulebook.POLICY +' ;;
    'backup restore-test') places='@rulebook.POLICY' options='--run=@backup.BAK/restore-test --copy=@backup.COPY --evidence=@file --due' ;;
    'backup verify') places='@rulebook.POLICY|@backup.BAK/verify' options='--level=L0|L1|L2|L3|L4 --copy=@backup.COPY' ;;
    'backup status') places='@rulebook.POLICY +' ;;
    'backup policies') : ;;
    'backup check') places='@rulebook.POLICY' ;;
    'backup list') places='@rulebook.POLICY' options='--asset=@asset.ASSET --host=- --status=success|incomplete|failed|skipped_locked|timed_out|cancelled|not_started|missed --since=- --until=- --limit=- --columns=-' ;;
    'backup show') places='@backup.BAK' ;;
    'backup restore') places='@rulebook.POLICY|@backup.BAK/restore' options='--into=@file --copy=@backup.COPY' ;;
    'backup runbook') places='@rulebook.POLICY' ;;
    'backup prune') places='@rulebook.POLICY' options='--dry-run' ;;
    'backup adopt') places='@rulebook.POLICY' options='--dry-run' ;;
    'backup pin') places='@backup.BAK/pin' options='--reason=-' ;;
    'backup unpin') places='@backup.BAK/unpin' options='--reason=-' ;;
    'review') verbs='start edit import submit approve return close void list show lint export' ;;
    'review start') places='@incident.INC +' options='--period=today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year --meeting=- --title=-' ;;
    'review edit') places='@review.REV/edit' options='-F=@file --file=@file --print --recover=@file' ;;
    'review import') places='@file' options='--incident=@incident.INC --dry-run' ;;
    'review submit') places='@review.REV/submit' ;;
    'review approve') places='@review.REV/approve' ;;
    'review return') places='@review.REV/return' options='--reason=-' ;;
    'review close') places='@review.REV/close' options='--without-actions=-' ;;
    'review void') places='@review.REV' options='--because=false-alarm|test|duplicate|mistake --reason=-' ;;
    'review list') options='--state=draft|in-review|approved|closed|open|all --kind=incident|period|meeting --asset=@asset.ASSET --author=@person.PERSON --uncovered --period=today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year --limit=- --columns=-' ;;
    'review show') places='@review.REV' ;;
    'review lint') places='@review.REV' options='-F=@file --file=@file' ;;
    'review export') places='@review.REV' options='--audience=internal|customer' ;;
    'kpi') verbs='list report explain' ;;
    'kpi list') : ;;
    'kpi report') places='today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year' options='--period=today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year --asset=@asset.ASSET --customer=@customer.CUSTOMER --severity=1|2|3|4 --by=asset|customer|severity --trend' ;;
    'kpi explain') places='availability|mttd|mtta|mttm|mttr|mtt-resolve|mtbf|repair-on-time|response-on-time|security-incidents-major|plan-start-time|inspection-completion|inspection-on-time|actions-on-time|backup-success|restore-test-pass|rpo-met|rto-met|review-on-time|repeat-incidents @incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV|today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year @incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV|today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year' options='--period=today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year --asset=@asset.ASSET --customer=@customer.CUSTOMER --severity=1|2|3|4' ;;
    'ledger') verbs='list show verify export redact' ;;
    'ledger list') options='--kind=- --subject=@incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV --about=@asset.ASSET --actor=@person.PERSON --since=- --until=- --limit=-' ;;
    'ledger show') places='-' ;;
    'ledger verify') options='--deep --head=-' ;;
    'ledger export') options='--subject=@incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV --about=@asset.ASSET' ;;
    'ledger redact') places='-' options='--reason=-' ;;
    'db') verbs='status upgrade' ;;
    'db status') : ;;
    'db upgrade') : ;;
    *) return 1 ;;
    esac
}
_opsctl_everywhere='--db=- --config=@file --as=@person.PERSON --format=table|plain|md|csv|json --json -o=@file --output=@file --lang=en|zh --tz=@zone --utc --no-input --yes -q --quiet -v --verbose -h --help'

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
