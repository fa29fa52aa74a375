#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# smtpd_filter.pl - a filter as OpenSMTPD runs them (smtpd-filters(7)), for rules that smtpd.conf has no words for
#
# usage: smtpd_filter.pl delay SECONDS PHASE...    answer these phases late
#        smtpd_filter.pl random TEXT               refuse half of the recipients
#        smtpd_filter.pl greylist TEXT             put off whom it does not know, postmaster excepted
#        smtpd_filter.pl rate NUMBER TEXT          refuse MAIL beyond this number from one address
#        smtpd_filter.pl listed ZONE TEXT          disconnect clients that a DNS list holds
#        smtpd_filter.pl refuse PHASE TEXT         what `filter ... phase ... reject` says, also at AUTH
#        smtpd_filter.pl owner ADDRESS TEXT        refuse mail whose From header is not this address
use strict;
use warnings;
use POSIX qw();
use Socket qw(inet_aton);

$| = 1;
my ($mode, @given) = @ARGV;
my (@late, %seen, %from, %client);

my %PHASES = (
    delay => sub { @given[1 .. $#given] },
    random => sub { 'rcpt-to' },
    greylist => sub { ('connect', 'mail-from', 'rcpt-to') },
    rate => sub { ('connect', 'mail-from') },
    listed => sub { 'connect' },
    refuse => sub { $given[0] },
    owner => sub { ('data-line', 'commit') },
);

my %DECIDES = (
    delay => sub { 'proceed' },
    random => sub { rand() < 0.5 ? "reject|$given[0]" : 'proceed' },
    greylist => sub {
        my ($phase, $session, $value) = @_;
        $from{$session} = $value if $phase eq 'mail-from';
        return 'proceed' if $phase ne 'rcpt-to' || $value =~ /postmaster/;
        my $first = $seen{"$client{$session} $from{$session} $value"} //= time;
        return time - $first < 300 ? "reject|$given[0]" : 'proceed';
    },
    rate => sub {
        my ($phase, $session) = @_;
        return 'proceed' if $phase ne 'mail-from';
        return ++$seen{$client{$session}} > $given[0] ? "reject|$given[1]" : 'proceed';
    },
    listed => sub {
        my (undef, $session) = @_;
        my $name = join('.', reverse split(/\./, $client{$session})) . ".$given[0]";
        return inet_aton($name) ? "disconnect|$given[1]" : 'proceed';
    },
    refuse => sub { "reject|$given[1]" },
    owner => sub {
        my (undef, $session) = @_;
        my $text = delete $from{$session} // '';
        return index($text, $given[0]) < 0 ? "reject|$given[1]" : 'proceed';
    },
);

# Seconds of a clock that knows parts of them: perl-base has no Time::HiRes.
sub now { return (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

# Answers whose time has come; returns the seconds until the next one, undef when there is none.
sub answer_late {
    while (@late && $late[0][0] <= now()) {
        print STDOUT $late[0][1];
        shift @late;
    }
    return @late ? $late[0][0] - now() : undef;
}

sub meet {
    my @field = split /\|/, shift, -1;
    if ($field[0] eq 'config') {
        return if $field[1] ne 'ready';
        print "register|filter|smtp-in|$_\n" for $PHASES{$mode}->();
        print "register|ready\n";
        return;
    }
    return if $field[0] ne 'filter';
    my (undef, undef, undef, undef, $phase, $session, $token, @rest) = @field;
    if ($phase eq 'data-line') {
        my $line = join '|', @rest;
        $from{$session} = $line if $line =~ /^From:/i;
        print "filter-dataline|$session|$token|$line\n";
        return;
    }
    ($client{$session}) = $rest[1] =~ /^([\d.]+)/ if $phase eq 'connect' && $mode ne 'delay';
    my $answer = "filter-result|$session|$token|" . $DECIDES{$mode}->($phase, $session, $rest[0]) . "\n";
    if ($mode eq 'delay') {
        push @late, [now() + $given[0], $answer];
    } else {
        print $answer;
    }
}

my $unread = '';
while (1) {
    my $wait = answer_late();
    my $ready = '';
    vec($ready, fileno(STDIN), 1) = 1;
    next if !select($ready, undef, undef, $wait);
    sysread(STDIN, $unread, 65536, length $unread) or last;
    meet($1) while $unread =~ s/^(.*)\n//;
}
