# Completion of opsctl for fish. Written by: opsctl completions fish

# What may follow some words: verbs; other words, in order; options. What a value is, is said beside an option:
# - any text, + a time that may be left out, one|two, @file, @=file, @zone, @NOUN.WORD for a name in the database.
function __opsctl_verbs
    switch "$argv"
        case ''
                printf '%s\n' \
                    'init'\t'Make a database' \
                    'today'\t'What is in hand now, and what its clocks say' \
                    'demo'\t'A small invented company, to look around in' \
                    'doctor'\t'Whether opsctl works here, and what cron sees' \
                    'completions'\t'The script that makes a shell complete commands, options, files and records with TAB' \
                    'asset'\t'What is operated: systems, devices, services' \
                    'customer'\t'For whom things are operated' \
                    'person'\t'Who acts, who decides, and their posts' \
                    'rulebook'\t'What must be done: severities, limits, calendars, targets' \
                    'incident'\t'Faults, from opening to closing' \
                    'open'\t'Open an incident (what is typed at night needs no noun)' \
                    'ack'\t'Acknowledge an incident' \
                    'note'\t'Write a note into an incident' \
                    'mitigate'\t'The worst of an incident is over' \
                    'down'\t'An asset does not serve' \
                    'restored'\t'It serves again' \
                    'resolve'\t'The fault is gone' \
                    'merge'\t'Merge incidents' \
                    'maintenance'\t'Planned windows: approved in time, they leave the service time' \
                    'work'\t'Maintenance that was done: procedure, configuration saved, outcome' \
                    'inspect'\t'Rounds by a checklist: log a sheet, or walk item by item' \
                    'action'\t'What was found wrong: owner, deadline, done, and verified by another' \
                    'duty'\t'What is due, again and again, and what was missed' \
                    'patch'\t'Vendors\' advisories and patches: decided, installed or deferred' \
                    'backup'\t'Backups that run, and restore tests that prove them' \
                    'review'\t'Post-incident reviews: what happened, why, and what is done about it' \
                    'kpi'\t'Figures, each explained down to its records' \
                    'ledger'\t'The audit ledger that every record is chained into' \
                    'db'\t'The database itself'
        case 'asset'
                printf '%s\n' \
                    'add'\t'Add an asset' \
                    'list'\t'List the assets' \
                    'show'\t'Show one asset' \
                    'edit'\t'Change what is known of an asset; - takes a value away' \
                    'import'\t'Import assets: CSV, JSON or JSON lines, told by content' \
                    'retire'\t'Take an asset out of service; its figures end there'
        case 'customer'
                printf '%s\n' \
                    'add'\t'Add a customer' \
                    'list'\t'List the customers' \
                    'show'\t'Show one customer' \
                    'edit'\t'Change a customer; - takes a value away' \
                    'import'\t'Import customers: CSV, JSON or JSON lines, told by content'
        case 'person'
                printf '%s\n' \
                    'add'\t'Add a person' \
                    'list'\t'List the persons with the posts they hold now' \
                    'show'\t'Show one person, or yourself' \
                    'edit'\t'Change what is known of a person; - takes a value away' \
                    'import'\t'Import persons: CSV, JSON or JSON lines, told by content' \
                    'retire'\t'Retire a person'
        case 'rulebook'
                printf '%s\n' \
                    'apply'\t'Put a rulebook into force' \
                    'list'\t'Every version of every book' \
                    'show'\t'What is in force, or what one version says' \
                    'validate'\t'Read a rulebook as apply would, and name everything that is wrong' \
                    'diff'\t'What one version says otherwise than another, field by field'
        case 'incident'
                printf '%s\n' \
                    'open'\t'Open an incident and have it' \
                    'ack'\t'Acknowledge incidents: somebody is on it' \
                    'note'\t'Write a note into the timeline' \
                    'mitigate'\t'Say that the worst is over; the cause is not gone yet' \
                    'down'\t'Say that the asset does not serve, or serves only in part' \
                    'restored'\t'Say that the asset serves again, wholly or in part' \
                    'resolve'\t'Resolve incidents: the fault is gone' \
                    'merge'\t'Merge incidents into another: the earliest beginning and the latest end of all count' \
                    'assign'\t'Give incidents to somebody' \
                    'escalate'\t'Bring somebody higher in; who has the incident stays the same' \
                    'reclassify'\t'Judge incidents anew by the rules in force now: severity, or the impact and urgency it follows from' \
                    'reopen'\t'Take resolved or closed incidents up again: the same fault is back' \
                    'close'\t'Close resolved incidents' \
                    'pause'\t'Pause the clocks while others must act' \
                    'resume'\t'End the pause that runs' \
                    'approve'\t'Approve a pause, or the earlier time of an acknowledgement that was entered late; never one\'s own' \
                    'split'\t'Take a merging back' \
                    'correct'\t'Set right what was recorded wrongly; the ledger keeps the old value' \
                    'void'\t'Take incidents out of every figure; the figures say how many' \
                    'plan'\t'Say that the emergency plan was started' \
                    'list'\t'List incidents, the newest first' \
                    'show'\t'Show one incident: its clocks, its outages, what is worth a look' \
                    'timeline'\t'What happened to an incident, in order, from the ledger' \
                    'import'\t'Import incidents from another tool: CSV, JSON or JSON lines, told by content'
        case 'maintenance'
                printf '%s\n' \
                    'plan'\t'Plan a maintenance of an asset' \
                    'approve'\t'Approve what is planned and waits; not by who planned it' \
                    'extend'\t'Let a maintenance go on' \
                    'cancel'\t'Cancel a maintenance before it begins, so that it counts nowhere, or end it early while it runs' \
                    'list'\t'List maintenance, a line for each window; what was approved late is said'
        case 'work'
                printf '%s\n' \
                    'log'\t'Log maintenance that was done' \
                    'correct'\t'Set right what was recorded wrongly; the ledger keeps the old value' \
                    'void'\t'Take maintenance out of every figure; the duty that it met is due again' \
                    'list'\t'List maintenance that was done, the newest first' \
                    'show'\t'Show one record of maintenance, what it led to, and its history'
        case 'inspect'
                printf '%s\n' \
                    'log'\t'Log a round that was walked: in one line, or as a pasted sheet' \
                    'start'\t'Walk a round item by item: 1 ok, 2 warn, 3 fail, 0 n/a, or the reading' \
                    'sheet'\t'Print the form of a checklist, or of every asset on a route: as a sheet to fill in and log, or with -o FILE.html as a page for paper' \
                    'countersign'\t'Confirm that a round was walked when it claims' \
                    'correct'\t'Set a reading or the time of the walk right' \
                    'void'\t'Take rounds out of every figure; what they had met is due again' \
                    'checklists'\t'The checklists and routes in force, or the items of one' \
                    'list'\t'List rounds, the newest first' \
                    'show'\t'Show one round: every reading, its evidence, what was worth a look, and its actions' \
                    'run'\t'Run the checks of this host that fill items of a checklist, and record what they say'
        case 'action'
                printf '%s\n' \
                    'add'\t'Report what was found wrong; anybody may' \
                    'assign'\t'Give actions to somebody' \
                    'done'\t'Say that what was wrong is set right; somebody else verifies it' \
                    'verify'\t'Verify what somebody else did; never by who did it, and not what a record verifies' \
                    'return'\t'Give back what was said to be done and is not right yet; it is open again' \
                    'reopen'\t'Take verified actions up again' \
                    'correct'\t'Set right what was recorded wrongly; the ledger keeps the old value' \
                    'void'\t'Take actions out of every figure; the figures say how many' \
                    'list'\t'List actions, what is due first; without --state those that nobody has verified yet' \
                    'show'\t'Show one action: who has it, by when, and what happened to it'
        case 'duty'
                printf '%s\n' \
                    'list'\t'List the duties of the rules in force: when each is due next, whose it is, what of it is open and was missed in the last 7 days' \
                    'due'\t'What is to be done by when: what is open now or comes in the next 24 hours, and what was missed in the last 7 days' \
                    'show'\t'Show a duty, with what is due of it next and what became of the last; or one of these, and what met it' \
                    'preview'\t'When a duty will be due, in local time and in UTC; with --around-dst where the clocks change'
        case 'patch'
                printf '%s\n' \
                    'add'\t'Add a vendor\'s advisory or patch' \
                    'decide'\t'Decide by when patches are to be installed, or that they do not apply' \
                    'install'\t'Record that patches were installed: each becomes maintenance of the topic patch, and is linked to it' \
                    'defer'\t'Put patches off until a time, for a reason' \
                    'void'\t'Take patches out of every list and figure; the maintenance that installed them stays' \
                    'list'\t'List patches: those not settled if no state is named, what is due first leading' \
                    'show'\t'Show one patch, and its history'
        case 'backup'
                printf '%s\n' \
                    'run'\t'Back up now, with the engines that the host file names, and record how it ended' \
                    'plan'\t'Show when the next run is due, what exactly would be run, and why it could not; nothing is run' \
                    'restore-test'\t'Restore a backup into the scratch place of this host, ask it what the host file asserts, measure the time, and take it away again' \
                    'verify'\t'Look at a backup, level by level: L0 listed, L1 its size, L2 checksum and structure, L3 all data read, L4 some files restored and compared' \
                    'status'\t'What would be lost now, how long it would take to get it back, and when that was last proven: each policy against its RPO and RTO, and the assets that no policy names' \
                    'policies'\t'What the rulebook asks of each data set, and which of them this host backs up' \
                    'check'\t'One policy in one line for a monitor, as a Nagios plugin: the age against the RPO, the last proof, the RTO' \
                    'list'\t'List backup runs, the newest first' \
                    'show'\t'Show one run: its copies, how each is proven, its restore tests and its history' \
                    'restore'\t'Restore a point for good: into an empty folder, or as a new database' \
                    'runbook'\t'The exact commands of the last restore test that passed, as steps for a person; ready to be printed' \
                    'prune'\t'Delete the points that the policy no longer keeps: only what opsctl made on this host for this policy, never a pinned one, the newest proven one, or less than this host keeps at least' \
                    'adopt'\t'Record points that were there before opsctl knew of them, and that this machine made of the job\'s sources, as runs that nobody has proven' \
                    'pin'\t'Keep every copy of a run, whatever its policy says, until it is unpinned' \
                    'unpin'\t'Let a run be pruned again, as its policy says'
        case 'review'
                printf '%s\n' \
                    'start'\t'Begin a review that is half written from the records: of an incident, of a period\'s ordinary faults, or for a quality analysis meeting' \
                    'edit'\t'Write a review in your editor, as Markdown: analysis, notes, actions; the records\' lines can be hidden, not changed' \
                    'import'\t'Take in a post-mortem that was written elsewhere, as Markdown: what is understood becomes a review, the rest is kept as it is and listed' \
                    'submit'\t'Give a review to who approves it; refused, with what is missing, while it says too little' \
                    'approve'\t'Approve a review as it is now: by a post that the rulebook names, never by who wrote it' \
                    'return'\t'Give a review back to be written on; it is a draft again' \
                    'close'\t'Close an approved review once its actions are verified; refused, with what is missing, before' \
                    'void'\t'Take a review out of every figure; its actions stay' \
                    'list'\t'List reviews, the newest first; with --uncovered the faults that were handled and that none covers' \
                    'show'\t'Show a review: what the records say, what people wrote, and what is still missing' \
                    'lint'\t'Mark what a review should not say: blame, human error as a cause, hindsight, vague actions, claims without a record' \
                    'export'\t'Write a review as a page that opens anywhere (html), Word (docx), Markdown (md) or JSON; for a customer without internal notes and names'
        case 'kpi'
                printf '%s\n' \
                    'list'\t'The figures there are, and their formulas' \
                    'report'\t'The figures of a period; last month\'s if none is given' \
                    'explain'\t'One figure down to its records, or one record\'s part in it'
        case 'ledger'
                printf '%s\n' \
                    'list'\t'The newest rows of the ledger' \
                    'show'\t'One row, with its facts' \
                    'verify'\t'Follow the whole chain and name what is not as it was written' \
                    'export'\t'Write the chain as JSON lines' \
                    'redact'\t'Blank the facts of a row, and the same words in its record'
        case 'db'
                printf '%s\n' \
                    'status'\t'Which database this is, its zone and schema, and whether the guards of its ledger stand' \
                    'upgrade'\t'Bring the schema up to date with this opsctl'
    end
end

function __opsctl_places
    switch "$argv"
        case 'completions'
                printf '%s\n' \
                    'bash|zsh|fish'
        case 'asset add'
                printf '%s\n' \
                    '-'
        case 'asset show'
                printf '%s\n' \
                    '@asset.ASSET'
        case 'asset edit'
                printf '%s\n' \
                    '@asset.ASSET'
        case 'asset import'
                printf '%s\n' \
                    '@file'
        case 'asset retire'
                printf '%s\n' \
                    '@asset.ASSET/retire'
        case 'customer add'
                printf '%s\n' \
                    '-'
        case 'customer show'
                printf '%s\n' \
                    '@customer.CUSTOMER'
        case 'customer edit'
                printf '%s\n' \
                    '@customer.CUSTOMER'
        case 'customer import'
                printf '%s\n' \
                    '@file'
        case 'person add'
                printf '%s\n' \
                    '-'
        case 'person show'
                printf '%s\n' \
                    '@person.PERSON'
        case 'person edit'
                printf '%s\n' \
                    '@person.PERSON'
        case 'person import'
                printf '%s\n' \
                    '@file'
        case 'person retire'
                printf '%s\n' \
                    '@person.PERSON/retire'
        case 'rulebook apply'
                printf '%s\n' \
                    '@file'
        case 'rulebook show'
                printf '%s\n' \
                    '@rulebook.BOOK@VERSION'
        case 'rulebook validate'
                printf '%s\n' \
                    '@file'
        case 'rulebook diff'
                printf '%s\n' \
                    '@file|@rulebook.BOOK@VERSION' \
                    '@file|@rulebook.BOOK@VERSION'
        case 'incident open'
                printf '%s\n' \
                    '@asset.ASSET' \
                    '-' \
                    '+'
        case 'incident ack'
                printf '%s\n' \
                    '@incident.INC/ack' \
                    '+'
        case 'incident note'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident mitigate'
                printf '%s\n' \
                    '@incident.INC/mitigate' \
                    '+'
        case 'incident down'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident restored'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident resolve'
                printf '%s\n' \
                    '@incident.INC/resolve' \
                    '+'
        case 'incident merge'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident assign'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident escalate'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident reclassify'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident reopen'
                printf '%s\n' \
                    '@incident.INC/reopen' \
                    '+'
        case 'incident close'
                printf '%s\n' \
                    '@incident.INC/close' \
                    '+'
        case 'incident pause'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident resume'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident approve'
                printf '%s\n' \
                    '@incident.INC/approve' \
                    '+'
        case 'incident split'
                printf '%s\n' \
                    '@incident.INC/split' \
                    '+'
        case 'incident correct'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident void'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident plan'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'incident show'
                printf '%s\n' \
                    '@incident.INC'
        case 'incident timeline'
                printf '%s\n' \
                    '@incident.INC'
        case 'incident import'
                printf '%s\n' \
                    '@file'
        case 'open'
                printf '%s\n' \
                    '@asset.ASSET' \
                    '-' \
                    '+'
        case 'ack'
                printf '%s\n' \
                    '@incident.INC/ack' \
                    '+'
        case 'note'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'mitigate'
                printf '%s\n' \
                    '@incident.INC/mitigate' \
                    '+'
        case 'down'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'restored'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'resolve'
                printf '%s\n' \
                    '@incident.INC/resolve' \
                    '+'
        case 'merge'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'maintenance plan'
                printf '%s\n' \
                    '@asset.ASSET' \
                    '-' \
                    '+'
        case 'maintenance approve'
                printf '%s\n' \
                    '@maintenance.MNT/approve' \
                    '+'
        case 'maintenance extend'
                printf '%s\n' \
                    '@maintenance.MNT/extend'
        case 'maintenance cancel'
                printf '%s\n' \
                    '@maintenance.MNT/cancel'
        case 'work log'
                printf '%s\n' \
                    '@asset.ASSET' \
                    '-' \
                    '+'
        case 'work correct'
                printf '%s\n' \
                    '@work.WRK' \
                    '+'
        case 'work void'
                printf '%s\n' \
                    '@work.WRK' \
                    '+'
        case 'work show'
                printf '%s\n' \
                    '@work.WRK'
        case 'inspect log'
                printf '%s\n' \
                    '@rulebook.CHECKLIST'
        case 'inspect start'
                printf '%s\n' \
                    '@rulebook.CHECKLIST'
        case 'inspect sheet'
                printf '%s\n' \
                    '@rulebook.CHECKLIST'
        case 'inspect countersign'
                printf '%s\n' \
                    '@inspect.INS/countersign' \
                    '+'
        case 'inspect correct'
                printf '%s\n' \
                    '@inspect.INS' \
                    '-' \
                    '+'
        case 'inspect void'
                printf '%s\n' \
                    '@inspect.INS' \
                    '+'
        case 'inspect checklists'
                printf '%s\n' \
                    '@rulebook.CHECKLIST'
        case 'inspect show'
                printf '%s\n' \
                    '@inspect.INS'
        case 'inspect run'
                printf '%s\n' \
                    '@rulebook.CHECKLIST'
        case 'action add'
                printf '%s\n' \
                    '@asset.ASSET' \
                    '-' \
                    '+'
        case 'action assign'
                printf '%s\n' \
                    '@action.ACT/assign' \
                    '+'
        case 'action done'
                printf '%s\n' \
                    '@action.ACT/done' \
                    '+'
        case 'action verify'
                printf '%s\n' \
                    '@action.ACT/verify' \
                    '+'
        case 'action return'
                printf '%s\n' \
                    '@action.ACT/return' \
                    '+'
        case 'action reopen'
                printf '%s\n' \
                    '@action.ACT/reopen' \
                    '+'
        case 'action correct'
                printf '%s\n' \
                    '@action.ACT' \
                    '+'
        case 'action void'
                printf '%s\n' \
                    '@action.ACT' \
                    '+'
        case 'action show'
                printf '%s\n' \
                    '@action.ACT'
        case 'duty show'
                printf '%s\n' \
                    '@rulebook.DUTY'
        case 'duty preview'
                printf '%s\n' \
                    '@rulebook.DUTY'
        case 'patch add'
                printf '%s\n' \
                    '@asset.ASSET' \
                    '-' \
                    '+'
        case 'patch decide'
                printf '%s\n' \
                    '@patch.PAT/decide' \
                    '+'
        case 'patch install'
                printf '%s\n' \
                    '@patch.PAT/install' \
                    '+'
        case 'patch defer'
                printf '%s\n' \
                    '@patch.PAT/defer' \
                    '+'
        case 'patch void'
                printf '%s\n' \
                    '@patch.PAT' \
                    '+'
        case 'patch show'
                printf '%s\n' \
                    '@patch.PAT'
        case 'backup run'
                printf '%s\n' \
                    '@rulebook.POLICY' \
                    '+'
        case 'backup plan'
                printf '%s\n' \
                    '@rulebook.POLICY' \
                    '+'
        case 'backup restore-test'
                printf '%s\n' \
                    '@rulebook.POLICY'
        case 'backup verify'
                printf '%s\n' \
                    '@rulebook.POLICY|@backup.BAK/verify'
        case 'backup status'
                printf '%s\n' \
                    '@rulebook.POLICY' \
                    '+'
        case 'backup check'
                printf '%s\n' \
                    '@rulebook.POLICY'
        case 'backup list'
                printf '%s\n' \
                    '@rulebook.POLICY'
        case 'backup show'
                printf '%s\n' \
                    '@backup.BAK'
        case 'backup restore'
                printf '%s\n' \
                    '@rulebook.POLICY|@backup.BAK/restore'
        case 'backup runbook'
                printf '%s\n' \
                    '@rulebook.POLICY'
        case 'backup prune'
                printf '%s\n' \
                    '@rulebook.POLICY'
        case 'backup adopt'
                printf '%s\n' \
                    '@rulebook.POLICY'
        case 'backup pin'
                printf '%s\n' \
                    '@backup.BAK/pin'
        case 'backup unpin'
                printf '%s\n' \
                    '@backup.BAK/unpin'
        case 'review start'
                printf '%s\n' \
                    '@incident.INC' \
                    '+'
        case 'review edit'
                printf '%s\n' \
                    '@review.REV/edit'
        case 'review import'
                printf '%s\n' \
                    '@file'
        case 'review submit'
                printf '%s\n' \
                    '@review.REV/submit'
        case 'review approve'
                printf '%s\n' \
                    '@review.REV/approve'
        case 'review return'
                printf '%s\n' \
                    '@review.REV/return'
        case 'review close'
                printf '%s\n' \
                    '@review.REV/close'
        case 'review void'
                printf '%s\n' \
                    '@review.REV'
        case 'review show'
                printf '%s\n' \
                    '@review.REV'
        case 'review lint'
                printf '%s\n' \
                    '@review.REV'
        case 'review export'
                printf '%s\n' \
                    '@review.REV'
        case 'kpi report'
                printf '%s\n' \
                    'today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year'
        case 'kpi explain'
                printf '%s\n' \
                    'availability|mttd|mtta|mttm|mttr|mtt-resolve|mtbf|repair-on-time|response-on-time|security-incidents-major|plan-start-time|inspection-completion|inspection-on-time|actions-on-time|backup-success|restore-test-pass|rpo-met|rto-met|review-on-time|repeat-incidents' \
                    '@incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV|today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year' \
                    '@incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV|today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year'
        case 'ledger show'
                printf '%s\n' \
                    '-'
        case 'ledger redact'
                printf '%s\n' \
                    '-'
    end
end

function __opsctl_options
    switch "$argv"
        case ''
                printf '%s\n' \
                    '--version'\t''\t'Print the version'
        case 'init'
                printf '%s\n' \
                    '--zone'\t'@zone'\t'Its zone; this host\'s if not given' \
                    '--person'\t'-'\t'Record this person as the first, with your login' \
                    '--name'\t'-'\t'The name of that person; the handle if not given'
        case 'today'
                printf '%s\n' \
                    '--handover'\t''\t'What the next shift has to know' \
                    '--since'\t'-'\t'When the shift began; 12 hours ago if not given'
        case 'doctor'
                printf '%s\n' \
                    '--env'\t'cron'\t'Look again with the environment of cron' \
                    '--user'\t'-'\t'As whom cron runs it; only root may look as another'
        case 'asset add'
                printf '%s\n' \
                    '--title'\t'-'\t'The long name' \
                    '--title-zh'\t'-'\t'The long name in Chinese' \
                    '--kind'\t'-'\t'What it is: switch, server, service …' \
                    '--customer'\t'@customer.CUSTOMER'\t'For whom it is operated' \
                    '--owner'\t'@person.PERSON'\t'Who answers for it' \
                    '--criticality'\t'key|important|ordinary'\t'How much hangs on it' \
                    '--classification'\t'public|internal|confidential|secret'\t'How far the data on it may go: public, internal, confidential or secret' \
                    '--service-hours'\t'@rulebook.CALENDAR'\t'A calendar of the rulebook; always if not given' \
                    '--in-service-from'\t'-'\t'Since when it is operated; its figures begin there' \
                    '--retired-from'\t'-'\t'Since when it is not operated any more'
        case 'asset list'
                printf '%s\n' \
                    '--all'\t''\t'The retired ones too' \
                    '--customer'\t'@customer.CUSTOMER'\t'Only this customer\'s' \
                    '--owner'\t'@person.PERSON'\t'Only those of this person; me for your own' \
                    '--kind'\t'-'\t'Only those of this kind' \
                    '--criticality'\t'key|important|ordinary'\t'Only those on which so much hangs'
        case 'asset edit'
                printf '%s\n' \
                    '--title'\t'-'\t'The long name' \
                    '--title-zh'\t'-'\t'The long name in Chinese' \
                    '--kind'\t'-'\t'What it is: switch, server, service …' \
                    '--customer'\t'@customer.CUSTOMER'\t'For whom it is operated' \
                    '--owner'\t'@person.PERSON'\t'Who answers for it' \
                    '--criticality'\t'key|important|ordinary'\t'How much hangs on it' \
                    '--classification'\t'public|internal|confidential|secret'\t'How far the data on it may go: public, internal, confidential or secret' \
                    '--service-hours'\t'@rulebook.CALENDAR'\t'A calendar of the rulebook; always if not given' \
                    '--in-service-from'\t'-'\t'Since when it is operated; its figures begin there' \
                    '--retired-from'\t'-'\t'Since when it is not operated any more'
        case 'asset import'
                printf '%s\n' \
                    '--map'\t'@file'\t'What its columns mean, in TOML; if not given they are our field names' \
                    '--dry-run'\t''\t'Show what would be imported; write nothing' \
                    '--rejects'\t'@file'\t'Where rejected records go; FILE.rejected.csv if not given'
        case 'asset retire'
                printf '%s\n' \
                    '--at'\t'-'\t'When; now if not given'
        case 'customer add'
                printf '%s\n' \
                    '--name'\t'-'\t'The name' \
                    '--name-zh'\t'-'\t'The name in Chinese' \
                    '--zone'\t'@zone'\t'The zone in which they live: Asia/Shanghai'
        case 'customer edit'
                printf '%s\n' \
                    '--name'\t'-'\t'The name' \
                    '--name-zh'\t'-'\t'The name in Chinese' \
                    '--zone'\t'@zone'\t'The zone in which they live: Asia/Shanghai'
        case 'customer import'
                printf '%s\n' \
                    '--map'\t'@file'\t'What its columns mean, in TOML; if not given they are our field names' \
                    '--dry-run'\t''\t'Show what would be imported; write nothing' \
                    '--rejects'\t'@file'\t'Where rejected records go; FILE.rejected.csv if not given'
        case 'person add'
                printf '%s\n' \
                    '--name'\t'-'\t'The name, in any language' \
                    '--login'\t'-'\t'The login under which they act' \
                    '--department'\t'-'\t'The department' \
                    '--team'\t'-'\t'The team' \
                    '--superior'\t'@person.PERSON'\t'To whom they report' \
                    '--phone'\t'-'\t'The phone number to call' \
                    '--email'\t'-'\t'The e-mail address' \
                    '--post'\t'@rulebook.POST'\t'A post that they hold; may be repeated' \
                    '--since'\t'-'\t'Since when they hold these posts' \
                    '--until'\t'-'\t'Until when; a date is the whole day, included'
        case 'person list'
                printf '%s\n' \
                    '--team'\t'-'\t'Only those of this team' \
                    '--post'\t'@rulebook.POST'\t'Only those who hold this post now' \
                    '--all'\t''\t'The retired ones too'
        case 'person edit'
                printf '%s\n' \
                    '--name'\t'-'\t'The name, in any language' \
                    '--login'\t'-'\t'The login under which they act' \
                    '--department'\t'-'\t'The department' \
                    '--team'\t'-'\t'The team' \
                    '--superior'\t'@person.PERSON'\t'To whom they report' \
                    '--phone'\t'-'\t'The phone number to call' \
                    '--email'\t'-'\t'The e-mail address' \
                    '--post'\t'@rulebook.POST'\t'A post that they hold; may be repeated' \
                    '--since'\t'-'\t'Since when they hold these posts' \
                    '--until'\t'-'\t'Until when; a date is the whole day, included' \
                    '--end-post'\t'@rulebook.POST'\t'A post that they leave; may be repeated' \
                    '--at'\t'-'\t'When they leave these posts; now if not given'
        case 'person import'
                printf '%s\n' \
                    '--map'\t'@file'\t'What its columns mean, in TOML; if not given they are our field names' \
                    '--dry-run'\t''\t'Show what would be imported; write nothing' \
                    '--rejects'\t'@file'\t'Where rejected records go; FILE.rejected.csv if not given'
        case 'person retire'
                printf '%s\n' \
                    '--to'\t'@person.PERSON/retire'\t'Who takes over what they own' \
                    '--at'\t'-'\t'When; now if not given'
        case 'rulebook apply'
                printf '%s\n' \
                    '--replaces'\t'@rulebook.BOOK'\t'Another book, which ends in the same step' \
                    '--since'\t'-'\t'In force from then on; now if not given'
        case 'rulebook show'
                printf '%s\n' \
                    '--toml'\t''\t'The text as it was given, to be changed and applied again'
        case 'incident open'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'The asset, if the title does not begin with it' \
                    '--from'\t'@action.ACT/open'\t'Take over this action; its words are the title then' \
                    '-s'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--severity'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--down'\t'+'\t'It is down, since TIME or since now' \
                    '--weight'\t'-'\t'Only this share is lost: 30% or 0.3; all if not given' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--detected'\t'-'\t'When it was noticed' \
                    '--impact'\t'low|medium|high'\t'How much is affected' \
                    '--urgency'\t'low|medium|high'\t'How long it can wait' \
                    '--category'\t'fault|security|emergency'\t'What kind of trouble it is' \
                    '--for'\t'@person.PERSON'\t'Who has it, instead of you' \
                    '--unowned'\t''\t'Nobody has it yet, and nobody acknowledged it' \
                    '--drill'\t''\t'A drill: it counts nowhere'
        case 'incident ack'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'incident note'
                printf '%s\n' \
                    '-F'\t'@file'\t'Read the text from a file instead, - for stdin' \
                    '--file'\t'@file'\t'Read the text from a file instead, - for stdin' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'incident mitigate'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'incident down'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--weight'\t'-'\t'Only this share is lost: 30% or 0.3; all if not given'
        case 'incident restored'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--weight'\t'-'\t'Only partly: this share is still lost, 30% or 0.3'
        case 'incident resolve'
                printf '%s\n' \
                    '--restored'\t'-'\t'When the service was back' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--cause'\t'-'\t'What caused it' \
                    '--handling'\t'-'\t'What was done' \
                    '--result'\t'-'\t'How it ended' \
                    '--told'\t'+'\t'The customer was told the result, at TIME or now'
        case 'incident merge'
                printf '%s\n' \
                    '--into'\t'@incident.INC'\t'The incident that goes on'
        case 'incident assign'
                printf '%s\n' \
                    '--to'\t'@person.PERSON'\t'Who has it from now on; me is you'
        case 'incident escalate'
                printf '%s\n' \
                    '--to'\t'@person.PERSON'\t'Whom; the superior of who has it if not given' \
                    '--reason'\t'-'\t'Why'
        case 'incident reclassify'
                printf '%s\n' \
                    '-s'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--severity'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--impact'\t'low|medium|high'\t'How much is affected' \
                    '--urgency'\t'low|medium|high'\t'How long it can wait' \
                    '--category'\t'fault|security|emergency'\t'What kind of trouble it is' \
                    '--reason'\t'-'\t'Why'
        case 'incident reopen'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--down'\t''\t'It is down again, since --at or since now' \
                    '--weight'\t'-'\t'Only this share is lost: 30% or 0.3; all if not given' \
                    '--reason'\t'-'\t'Why'
        case 'incident close'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--cause'\t'-'\t'What caused it' \
                    '--handling'\t'-'\t'What was done' \
                    '--result'\t'-'\t'How it ended' \
                    '--told'\t'+'\t'The customer was told the result, at TIME or now' \
                    '--because'\t'-'\t'Why nobody was told, or no plan started; compliance shows it'
        case 'incident pause'
                printf '%s\n' \
                    '--reason'\t'-'\t'What is waited for' \
                    '--ask'\t'@person.PERSON'\t'Who is asked to approve it' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'incident resume'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'incident approve'
                printf '%s\n' \
                    '--refuse'\t''\t'Refuse the pause; the clock ran on' \
                    '--reason'\t'-'\t'Why'
        case 'incident correct'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why it was wrong'
        case 'incident void'
                printf '%s\n' \
                    '--because'\t'false-alarm|test|duplicate|mistake'\t'false-alarm, test, duplicate or mistake' \
                    '--undo'\t''\t'It counts again' \
                    '--reason'\t'-'\t'Why'
        case 'incident plan'
                printf '%s\n' \
                    '--name'\t'-'\t'Which plan' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'incident list'
                printf '%s\n' \
                    '--state'\t'open|acknowledged|mitigated|resolved|closed|merged|unacked|unresolved'\t'open, acknowledged, mitigated, resolved, closed, merged, unacked or unresolved' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--customer'\t'@customer.CUSTOMER'\t'Only those of this customer' \
                    '--owner'\t'@person.PERSON'\t'Only those that this person has; me is you' \
                    '-s'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--severity'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--breaching'\t''\t'Only those whose clock is over, or three quarters used' \
                    '--since'\t'-'\t'Opened at that time or later' \
                    '--until'\t'-'\t'Opened before that time; a date is the whole day, included' \
                    '--sort'\t'-'\t'opened, reference, asset or state; -opened turns it round' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'incident import'
                printf '%s\n' \
                    '--map'\t'@file'\t'What its columns and words mean, in TOML' \
                    '--dry-run'\t''\t'Show what would be imported; write nothing' \
                    '--rejects'\t'@file'\t'Where rejected records go; FILE.rejected.csv if not given'
        case 'open'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'The asset, if the title does not begin with it' \
                    '--from'\t'@action.ACT/open'\t'Take over this action; its words are the title then' \
                    '-s'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--severity'\t'1|2|3|4'\t'Severity: 1 is the worst' \
                    '--down'\t'+'\t'It is down, since TIME or since now' \
                    '--weight'\t'-'\t'Only this share is lost: 30% or 0.3; all if not given' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--detected'\t'-'\t'When it was noticed' \
                    '--impact'\t'low|medium|high'\t'How much is affected' \
                    '--urgency'\t'low|medium|high'\t'How long it can wait' \
                    '--category'\t'fault|security|emergency'\t'What kind of trouble it is' \
                    '--for'\t'@person.PERSON'\t'Who has it, instead of you' \
                    '--unowned'\t''\t'Nobody has it yet, and nobody acknowledged it' \
                    '--drill'\t''\t'A drill: it counts nowhere'
        case 'ack'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'note'
                printf '%s\n' \
                    '-F'\t'@file'\t'Read the text from a file instead, - for stdin' \
                    '--file'\t'@file'\t'Read the text from a file instead, - for stdin' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'mitigate'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'down'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--weight'\t'-'\t'Only this share is lost: 30% or 0.3; all if not given'
        case 'restored'
                printf '%s\n' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--weight'\t'-'\t'Only partly: this share is still lost, 30% or 0.3'
        case 'resolve'
                printf '%s\n' \
                    '--restored'\t'-'\t'When the service was back' \
                    '--at'\t'-'\t'When it happened; now if not given' \
                    '--cause'\t'-'\t'What caused it' \
                    '--handling'\t'-'\t'What was done' \
                    '--result'\t'-'\t'How it ended' \
                    '--told'\t'+'\t'The customer was told the result, at TIME or now'
        case 'merge'
                printf '%s\n' \
                    '--into'\t'@incident.INC'\t'The incident that goes on'
        case 'maintenance plan'
                printf '%s\n' \
                    '--from'\t'-'\t'When it begins; a clock alone is the next one, 2h is in 2 hours' \
                    '--to'\t'-'\t'When it ends; a clock alone is the next one after --from' \
                    '--for'\t'-'\t'How long it takes, instead of --to: 90m, 4h'
        case 'maintenance extend'
                printf '%s\n' \
                    '--to'\t'-'\t'The new end; a clock alone is the next one after the beginning'
        case 'maintenance cancel'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why' \
                    '--at'\t'-'\t'When it happened; now if not given'
        case 'maintenance list'
                printf '%s\n' \
                    '--state'\t'planned|approved|late|cancelled|running|coming'\t'planned, approved, late, cancelled, running or coming' \
                    '--asset'\t'@asset.ASSET'\t'Only that of this asset' \
                    '--since'\t'-'\t'Lasting beyond that time' \
                    '--until'\t'-'\t'Beginning before that time; a date is the whole day, included' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'work log'
                printf '%s\n' \
                    '--topic'\t'-'\t'What kind of work; a duty may ask for it: cleaning' \
                    '--procedure'\t'-'\t'Which procedure was followed: a name, a number, a link' \
                    '--config-saved'\t'yes|no|n/a'\t'Whether the configuration was saved before; wanted' \
                    '--outcome'\t'done|repaired|replaced|watched'\t'done, repaired, replaced or watched; done if not given' \
                    '--result'\t'-'\t'How it ended; what is to be watched' \
                    '--window'\t'@maintenance.MNT'\t'The planned maintenance that it was done in' \
                    '--from'\t'-'\t'When it began' \
                    '--at'\t'-'\t'When it was done; now if not given'
        case 'work correct'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why it was wrong'
        case 'work void'
                printf '%s\n' \
                    '--because'\t'false-alarm|test|duplicate|mistake'\t'false-alarm, test, duplicate or mistake' \
                    '--reason'\t'-'\t'Why'
        case 'work list'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--topic'\t'-'\t'Only those of this topic' \
                    '--outcome'\t'done|repaired|replaced|watched'\t'done, repaired, replaced or watched' \
                    '--since'\t'-'\t'Done at that time or later' \
                    '--until'\t'-'\t'Done before that time; a date is the whole day, included' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'inspect log'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'The asset that is looked at' \
                    '--item'\t'-'\t'What was read; may be given many times' \
                    '--fail'\t'-'\t'What is wrong; becomes an action' \
                    '--rest-ok'\t''\t'Every state that is not named is ok; stored as such, by exception' \
                    '--photo'\t'@=file'\t'A picture or file; its digest is kept' \
                    '-F'\t'@file'\t'A sheet with many items, - for stdin' \
                    '--file'\t'@file'\t'A sheet with many items, - for stdin' \
                    '--at'\t'-'\t'When it was walked; now if not given' \
                    '--from'\t'-'\t'When the walk was begun' \
                    '--challenge'\t'-'\t'What was to be read on the spot' \
                    '--again'\t''\t'It was walked again, with the same readings'
        case 'inspect start'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'The asset that is looked at'
        case 'inspect sheet'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'The asset that is looked at' \
                    '--blank'\t''\t'Without who walks it and when'
        case 'inspect correct'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why it was wrong'
        case 'inspect void'
                printf '%s\n' \
                    '--because'\t'false-alarm|test|duplicate|mistake'\t'Why it counts nowhere'
        case 'inspect list'
                printf '%s\n' \
                    '--state'\t'open|done'\t'Only those that stand there' \
                    '--checklist'\t'@rulebook.CHECKLIST'\t'Only those by this checklist' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--customer'\t'@customer.CUSTOMER'\t'Only those of this customer' \
                    '--owner'\t'@person.PERSON'\t'Only those that this person walked; me is you' \
                    '--flagged'\t''\t'Only those with a sign of the armchair' \
                    '--since'\t'-'\t'Begun at that time or later' \
                    '--until'\t'-'\t'Begun before that time; a date is the whole day, included' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'inspect run'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'Only checks of this asset' \
                    '--dry-run'\t''\t'Show what would run, and run nothing'
        case 'action add'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'The asset, if the title does not begin with it' \
                    '--gravity'\t'fail|warn'\t'Whether it failed, which is usual, or may' \
                    '--impact'\t'-'\t'What it affects' \
                    '--told'\t'@person.WHO'\t'Who was told; your superior if not given' \
                    '--owner'\t'@person.PERSON'\t'Who is to set it right; me is you' \
                    '--deadline'\t'-'\t'By when: 2d, 18:00, a date for the whole day' \
                    '--at'\t'-'\t'When it was found; now if not given' \
                    '--kind'\t'prevent|detect|mitigate|process'\t'What it does about the next time' \
                    '--verify'\t'-'\t'The record that verifies it: restore-test POLICY, or inspect CHECKLIST/ITEM [ASSET]' \
                    '--months'\t'-'\t'For so long a record that fails opens it again; else the rules say'
        case 'action assign'
                printf '%s\n' \
                    '--to'\t'@person.PERSON'\t'Who has it from now on; me is you'
        case 'action done'
                printf '%s\n' \
                    '--result'\t'-'\t'What was done' \
                    '--at'\t'-'\t'When it was done; now if not given'
        case 'action return'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why'
        case 'action reopen'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why'
        case 'action correct'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why it was wrong'
        case 'action void'
                printf '%s\n' \
                    '--because'\t'false-alarm|test|duplicate|mistake'\t'false-alarm, test, duplicate or mistake' \
                    '--reason'\t'-'\t'Why'
        case 'action list'
                printf '%s\n' \
                    '--state'\t'open|done|verified|waiting|overdue|all'\t'open, done, verified, waiting (open or done), overdue or all' \
                    '--owner'\t'@person.PERSON'\t'Only those that this person has; me is you' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--customer'\t'@customer.CUSTOMER'\t'Only those of this customer' \
                    '--source'\t'@inspect.INS'\t'Only those that this record led to: INS-2026-0042' \
                    '--kind'\t'prevent|detect|mitigate|process'\t'Only those that prevent, detect, mitigate or mend a process' \
                    '--since'\t'-'\t'Found at that time or later' \
                    '--until'\t'-'\t'Found before that time; a date is the whole day, included' \
                    '--sort'\t'-'\t'deadline, found, reference, asset, owner or state; -deadline turns it round' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'duty due'
                printf '%s\n' \
                    '--state'\t'open|due|missed|done|cancelled|waived'\t'open (due or missed; if not given), due, missed, done, cancelled or waived' \
                    '--duty'\t'@rulebook.DUTY'\t'Only those of this duty' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--owner'\t'@person.PERSON'\t'Only those that this person has; me is you' \
                    '--since'\t'-'\t'Due at that time or later' \
                    '--until'\t'-'\t'Due before that time; a date is the whole day, included' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'duty preview'
                printf '%s\n' \
                    '--next'\t'-'\t'So many moments; 10 if not given' \
                    '--around-dst'\t''\t'Also the days ahead on which the clocks change, and how often it is due'
        case 'patch add'
                printf '%s\n' \
                    '--also'\t'@asset.ASSET'\t'Another asset, which gets its own; several times' \
                    '--advisory'\t'-'\t'What the vendor calls it: CVE-2026-1234' \
                    '--published'\t'-'\t'When the vendor published it' \
                    '--owner'\t'@person.PERSON'\t'Who has it; me is you'
        case 'patch decide'
                printf '%s\n' \
                    '--install-by'\t'-'\t'By when; a date is the whole day, included' \
                    '--not-applicable'\t''\t'It is not to be installed here; wants --reason' \
                    '--reason'\t'-'\t'Why' \
                    '--owner'\t'@person.PERSON'\t'Who has it; me is you'
        case 'patch install'
                printf '%s\n' \
                    '--config-saved'\t'yes|no|n/a'\t'Whether the configuration was saved before; wanted' \
                    '--procedure'\t'-'\t'Which procedure was followed: a name, a number, a link' \
                    '--at'\t'-'\t'When it was done; now if not given'
        case 'patch defer'
                printf '%s\n' \
                    '--until'\t'-'\t'Until when; a date is the whole day, included' \
                    '--reason'\t'-'\t'Why'
        case 'patch void'
                printf '%s\n' \
                    '--because'\t'false-alarm|test|duplicate|mistake'\t'false-alarm, test, duplicate or mistake' \
                    '--reason'\t'-'\t'Why'
        case 'patch list'
                printf '%s\n' \
                    '--state'\t'open|decided|deferred|installed|not-applicable|overdue|all'\t'open, decided, deferred, installed, not-applicable, overdue or all' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--owner'\t'@person.PERSON'\t'Only those that this person has; me is you' \
                    '--advisory'\t'-'\t'Only those of this advisory' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'backup run'
                printf '%s\n' \
                    '--due'\t''\t'Only where a slot is open and nothing has met it yet'
        case 'backup restore-test'
                printf '%s\n' \
                    '--run'\t'@backup.BAK/restore-test'\t'A run, latest, or random: proven longest ago more likely' \
                    '--copy'\t'@backup.COPY'\t'That copy; without: the one proven longest ago' \
                    '--evidence'\t'@file'\t'A folder for the evidence, instead of our own' \
                    '--due'\t''\t'Only where the rulebook asks for a test now'
        case 'backup verify'
                printf '%s\n' \
                    '--level'\t'L0|L1|L2|L3|L4'\t'How far to look, L0 to L4' \
                    '--copy'\t'@backup.COPY'\t'That copy; without: all that this host has'
        case 'backup list'
                printf '%s\n' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--host'\t'-'\t'Only those that ran on this host' \
                    '--status'\t'success|incomplete|failed|skipped_locked|timed_out|cancelled|not_started|missed'\t'Only those that ended so' \
                    '--since'\t'-'\t'Begun at that time or later' \
                    '--until'\t'-'\t'Begun before that time; a date is the whole day, included' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'backup restore'
                printf '%s\n' \
                    '--into'\t'@file'\t'An empty or new folder; a new database' \
                    '--copy'\t'@backup.COPY'\t'From this copy; else the first here'
        case 'backup prune'
                printf '%s\n' \
                    '--dry-run'\t''\t'List what would be kept and deleted; delete nothing'
        case 'backup adopt'
                printf '%s\n' \
                    '--dry-run'\t''\t'List what would be recorded; record nothing'
        case 'backup pin'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why it is kept'
        case 'backup unpin'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why it need not be kept'
        case 'review start'
                printf '%s\n' \
                    '--period'\t'today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year'\t'The ordinary faults resolved in it: 2026-10, last-month' \
                    '--meeting'\t'-'\t'A quality analysis meeting of that title' \
                    '--title'\t'-'\t'What it is called; the incident\'s title if not given'
        case 'review edit'
                printf '%s\n' \
                    '-F'\t'@file'\t'Take the text from a file, - for stdin' \
                    '--file'\t'@file'\t'Take the text from a file, - for stdin' \
                    '--print'\t''\t'Write the text to stdout and change nothing' \
                    '--recover'\t'@file'\t'Open this kept text in the editor instead'
        case 'review import'
                printf '%s\n' \
                    '--incident'\t'@incident.INC'\t'The incident it is about, if the file names none; many' \
                    '--dry-run'\t''\t'Show what would be taken in; change nothing'
        case 'review return'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why'
        case 'review close'
                printf '%s\n' \
                    '--without-actions'\t'-'\t'Why nothing is to be done; it is recorded'
        case 'review void'
                printf '%s\n' \
                    '--because'\t'false-alarm|test|duplicate|mistake'\t'false-alarm, test, duplicate or mistake' \
                    '--reason'\t'-'\t'Why'
        case 'review list'
                printf '%s\n' \
                    '--state'\t'draft|in-review|approved|closed|open|all'\t'draft, in-review, approved, closed, open (not closed) or all' \
                    '--kind'\t'incident|period|meeting'\t'What they are about' \
                    '--asset'\t'@asset.ASSET'\t'Only those of this asset' \
                    '--author'\t'@person.PERSON'\t'Only those that this person started; me is you' \
                    '--uncovered'\t''\t'Incidents without a review instead; of the last year, or of --period' \
                    '--period'\t'today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year'\t'Started, or resolved, in it: 2026-10, last-month' \
                    '--limit'\t'-'\t'At most so many; 0 is all' \
                    '--columns'\t'-'\t'Only these columns, in this order'
        case 'review lint'
                printf '%s\n' \
                    '-F'\t'@file'\t'A text of it that is not saved yet, - for stdin' \
                    '--file'\t'@file'\t'A text of it that is not saved yet, - for stdin'
        case 'review export'
                printf '%s\n' \
                    '--audience'\t'internal|customer'\t'For whom; internal if not given'
        case 'kpi report'
                printf '%s\n' \
                    '--period'\t'today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year'\t'2026-10, 2026-Q3, 2026, last-month, 2026-10-01..2026-10-15' \
                    '--asset'\t'@asset.ASSET'\t'Only this asset' \
                    '--customer'\t'@customer.CUSTOMER'\t'Only this customer' \
                    '--severity'\t'1|2|3|4'\t'Only this severity' \
                    '--by'\t'asset|customer|severity'\t'Each asset, customer or severity too' \
                    '--trend'\t''\t'The period before and the same one a year ago, too'
        case 'kpi explain'
                printf '%s\n' \
                    '--period'\t'today|yesterday|this-week|this-month|this-quarter|this-year|last-week|last-month|last-quarter|last-year'\t'2026-10, 2026-Q3, 2026, last-month, 2026-10-01..2026-10-15' \
                    '--asset'\t'@asset.ASSET'\t'Only this asset' \
                    '--customer'\t'@customer.CUSTOMER'\t'Only this customer' \
                    '--severity'\t'1|2|3|4'\t'Only this severity'
        case 'ledger list'
                printf '%s\n' \
                    '--kind'\t'-'\t'Only this kind, such as incident.opened' \
                    '--subject'\t'@incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV'\t'Only rows about this record' \
                    '--about'\t'@asset.ASSET'\t'Only rows about this asset\'s handle' \
                    '--actor'\t'@person.PERSON'\t'Only rows by this actor' \
                    '--since'\t'-'\t'Recorded at that time or later' \
                    '--until'\t'-'\t'Recorded before that time; a date is the whole day, included' \
                    '--limit'\t'-'\t'At most so many; 0 is all'
        case 'ledger verify'
                printf '%s\n' \
                    '--deep'\t''\t'Compare every record with what the ledger wrote of it, too' \
                    '--head'\t'-'\t'A head you kept: it must still be in the chain'
        case 'ledger export'
                printf '%s\n' \
                    '--subject'\t'@incident.INC|@maintenance.MNT|@work.WRK|@inspect.INS|@action.ACT|@patch.PAT|@backup.BAK|@backup.RST|@review.REV'\t'Only rows about this record' \
                    '--about'\t'@asset.ASSET'\t'Only rows about this asset\'s handle'
        case 'ledger redact'
                printf '%s\n' \
                    '--reason'\t'-'\t'Why; it stays in the ledger'
    end
end

function __opsctl_everywhere
    printf '%s\n' \
        '--db'\t'-'\t'The database: sqlite:///path, postgresql://host/name or service=name' \
        '--config'\t'@file'\t'The host file, instead of the usual opsctl.toml' \
        '--as'\t'@person.PERSON'\t'Act as this person' \
        '--format'\t'table|plain|md|csv|json'\t'table, plain, md, csv or json' \
        '--json'\t''\t'The same as --format json; never asks anything' \
        '-o'\t'@file'\t'Write to a file; its ending tells the format' \
        '--output'\t'@file'\t'Write to a file; its ending tells the format' \
        '--lang'\t'en|zh'\t'The language of this command' \
        '--tz'\t'@zone'\t'Read and show times in this zone' \
        '--utc'\t''\t'The same as --tz UTC' \
        '--no-input'\t''\t'Never ask; a missing value is an error' \
        '--yes'\t''\t'Answer yes to what would be asked' \
        '-q'\t''\t'Print references only, one a line' \
        '--quiet'\t''\t'Print references only, one a line' \
        '-v'\t''\t'Say more on stderr' \
        '--verbose'\t''\t'Say more on stderr' \
        '-h'\t''\t'Show this page' \
        '--help'\t''\t'Show this page'
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
