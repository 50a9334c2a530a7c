# Completion of opsctl for fish. Written by: opsctl completions fish

# What may follow some words: verbs; other words, in order; options. What a value is, is said beside an option:
# - any text, + a time that may be left out, one|two, @file, @=file, @zone, @NOUN.WORD for a name in the database.
function __opsctl_verbs
    switch "$argv"
@VERBS@
    end
end

function __opsctl_places
    switch "$argv"
@PLACES@
    end
end

function __opsctl_options
    switch "$argv"
@OPTIONS@
    end
end

function __opsctl_everywhere
@EVERYWHERE@
end

# Prints what an option takes, nothing for a flag.
function __opsctl_value --argument-names node name
    for line in (__opsctl_options $node) (__opsctl_everywhere)
        set -l parts (string split \t -- $line)
        if test "$parts[1]" = "$name"
            echo $parts[2]
            return 0
        end
    end
    return 1
end

# Prints what a value can be: its kind, what is typed of it, what stands in the same word before it, then the program
# to ask and how the database is named.
function __opsctl_offer --argument-names kind typed before
    set -l sought
    for one in (string split '|' -- $kind)
        switch $one
            case - +
            case @file
                printf "$before%s\n" (__fish_complete_path $typed)
            case '@=file'
                if string match -q '*=*' -- $typed
                    set -l name (string replace -r '=.*' = -- $typed)
                    for path in (__fish_complete_path (string replace -r '^[^=]*=' '' -- $typed))
                        printf '%s%s%s\n' $before $name $path
                    end
                end
            case @zone
                if test -r /usr/share/zoneinfo/zone.tab
                    for zone in UTC (string replace -rf '^[^#\t]+\t[^\t]+\t([^\t]+).*' '$1' </usr/share/zoneinfo/zone.tab)
                        printf '%s%s\n' $before $zone
                    end
                end
            case '@*'
                set -a sought (string sub -s 2 -- $one)
            case '*'
                printf '%s%s\n' $before $one
        end
    end
    # Where the database is named by what only the shell can read, no other one is asked instead.
    if test -n "$sought"; and not string match -qr '[$(]' -- $argv[5..-1]
        for line in ($argv[4] completions --of (string join , $sought) $argv[5..-1] -- $typed 2>/dev/null </dev/null)
            printf '%s%s\n' $before $line
        end
    end
end

function __opsctl_complete
    set -l words (commandline -opc)
    while string match -qr '^\w+=' -- $words[1]
        set -e words[1]
    end
    set -l typed (string replace -ra '["\'\\\\]' '' -- (commandline -ct))
    set -l program (command -s -- (string replace -r '^~/' "$HOME/" -- $words[1]); or echo opsctl)
    set -l node
    set -l verbs (__opsctl_verbs)
    set -l waits
    set -l database
    set -l closed
    set -l place 1
    set -l before
    for word in $words[2..-1]
        if test "$waits" = +
            set waits
            if string match -qr '^([0-9]|now$|yesterday|today)' -- $word
                set before $word
                continue
            end
        end
        if test -n "$waits"
            if contains -- "$before" --db --config
                set -a database $before $word
            end
            set waits
        else if test "$word" = --; and not set -q closed[1]
            set closed 1
        else if string match -q -- '-?*' $word; and not set -q closed[1]
            if string match -qr -- '^--(db|config)=' $word
                set -a database (string split -m 1 = -- $word)
            else if not string match -q -- '--*=*' $word
                set waits (__opsctl_value "$node" $word)
            end
        else if set -q verbs[1]
            set node (string trim -- "$node $word")
            set verbs (__opsctl_verbs $node)
        else
            set place (math $place + 1)
        end
        set before $word
    end

    if test -n "$waits"; and test "$waits" != +
        __opsctl_offer $waits "$typed" '' $program $database
    else if string match -q -- '--*=*' $typed; and not set -q closed[1]
        set -l parts (string split -m 1 = -- $typed)
        set -l value (__opsctl_value "$node" $parts[1])
        if test -n "$value"
            __opsctl_offer $value "$parts[2]" $parts[1]= $program $database
        end
    else if string match -q -- '-*' $typed; and not set -q closed[1]
        for line in (__opsctl_options $node) (__opsctl_everywhere)
            string replace -r '\t[^\t]*' '' -- $line
        end
    else if set -q verbs[1]
        printf '%s\n' $verbs
    else
        set -l places (__opsctl_places $node)
        if test "$places[-1]" = +; and test $place -ge (count $places)
            set place (math (count $places) - 1)
        end
        if test -n "$places[$place]"
            __opsctl_offer $places[$place] "$typed" '' $program $database
        else if not set -q closed[1]
            for line in (__opsctl_options $node)
                string replace -r '\t[^\t]*' '' -- $line
            end
        end
    end
end

complete -c opsctl -e
complete -c opsctl -f -k -a '(__opsctl_complete)'
