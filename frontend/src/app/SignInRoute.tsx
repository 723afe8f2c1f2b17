import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { sessionOptions } from '@/api/session';
import { ChangePassword } from '@/features/session/ChangePassword';
import { SignIn } from '@/features/session/SignIn';

/** A place inside this page's own address space; anything else could lead elsewhere. */
const isInside = (next: string | null): next is string =>
  next !== null && next.startsWith('/') && !next.startsWith('//') && !next.includes('\\');

export function SignInRoute() {
  const router = useRouter();
  const next = new URLSearchParams(window.location.search).get('next');
  return <SignIn onDone={() => router.history.push(isInside(next) ? next : '/')} />;
}

export function PasswordRoute() {
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionOptions);
  return (
    <ChangePassword
      forced={session?.user.must_change_password ?? false}
      onDone={() => void navigate({ to: '/runbooks', search: {} })}
    />
  );
}
