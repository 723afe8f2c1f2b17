import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { EventsPage } from '@/features/admin/EventsPage';

const events = getRouteApi('/signed-in/events');

export function EventsRoute() {
  const { type } = events.useSearch();
  const navigate = useNavigate();
  return (
    <EventsPage
      severity={type}
      onSeverity={(next) => void navigate({ to: '/events', search: { type: next } })}
    />
  );
}
